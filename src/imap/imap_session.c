/* SPDX-License-Identifier: EUPL-1.2 */
/* Connecting, opening the folder, commands, and how they end. */
#include "imap/imap_session.h"

#include "base/log.h"
#include "imap/imap_guard.h"
#include "imap/imap_name.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct imap_mailbox *imap_of(struct mailbox *mailbox)
{
    return (struct imap_mailbox *)mailbox;
}

/* ---- ends ---- */

void imap_drop(struct imap_mailbox *imap)
{
    imap_guard_free(imap->session);
    stream_close(imap->stream);
    imap->session = NULL;
    imap->stream = NULL;
    imap->idling = false;
    imap->idle_len = 0;
}

static void note_suggested_wait(struct imap_mailbox *imap, const char *text)
{
    int wait = imap_guard_suggested_wait(text);

    if (wait > 0)
        imap->base.suggested_wait = wait;
}

enum mailbox_result imap_lost(struct imap_mailbox *imap, const char *doing, struct err *err_r)
{
    const struct conf_server *server = &imap->base.conf->server;
    enum stream_why why = imap->stream != NULL ? stream_why(imap->stream) : STREAM_EOF;

    if (imap->stream == NULL) {
        err_set(err_r, ERR_UNAVAILABLE, "%s: the link is closed; open it again", doing);
        return MAILBOX_LOST;
    }
    const char *line = imap->body_came ? "" : stream_last_line(imap->stream);
    note_suggested_wait(imap, line);
    err_set(err_r, ERR_UNAVAILABLE, "%s:%d: %s: %s%s%s%s", server->host, server->port, doing,
            why != STREAM_OK ? stream_why_text(imap->stream)
                             : "the server says what does not belong here",
            line[0] != '\0' ? "; its last line was \"" : "", line, line[0] != '\0' ? "\"" : "");
    imap_drop(imap);
    return MAILBOX_LOST;
}

/* The server's words: its response code and text. */
static void server_words(const mailimap *session, char *text_r, size_t size)
{
    const struct mailimap_response_info *info = session->imap_response_info;
    const char *code = info != NULL ? info->rsp_atom : NULL;

    snprintf(text_r, size, "%s%s%s%s", code != NULL ? "[" : "", code != NULL ? code : "",
             code != NULL ? "] " : "",
             session->imap_response != NULL ? session->imap_response : "");
    for (char *s = text_r; *s != '\0'; s++) {
        if ((unsigned char)*s < 0x20 || (unsigned char)*s >= 0x7f)
            *s = '?';
    }
}

static void log_alert(const struct imap_mailbox *imap)
{
    const struct mailimap_response_info *info = imap->session->imap_response_info;

    if (info != NULL && info->rsp_alert != NULL)
        log_event(LOG_WARN, "imap-alert", "mailbox", imap->base.conf->name, "text", info->rsp_alert,
                  NULL);
}

/* ---- commands ---- */

void imap_arm(struct imap_mailbox *imap, uint64_t more_bytes, int more_ms)
{
    if (imap->stream != NULL)
        stream_arm(imap->stream, imap->limits.budget + more_bytes, imap->limits.command + more_ms);
}

/* The answer of a command that was armed and is sent as it is. */
static enum imap_answer run(struct imap_mailbox *imap, const char *doing, const char *command,
                            struct err *err_r)
{
    char words[256];
    int r = imap_guard_run(imap->session, command);

    imap->tag = imap->session->imap_tag;
    if (r == MAILIMAP_NO_ERROR || r == MAILIMAP_ERROR_CUSTOM_COMMAND)
        imap->body_came = false; /* the last line is the server's own again */
    if (r == MAILIMAP_NO_ERROR) {
        log_alert(imap);
        return IMAP_OK;
    }
    server_words(imap->session, words, sizeof words);
    note_suggested_wait(imap, words);
    /* after anything but OK and NO libetpan may be out of step with the server */
    if (r != MAILIMAP_ERROR_CUSTOM_COMMAND || imap_guard_refusal(words) == IMAP_REFUSAL_PASSES) {
        imap_lost(imap, doing, err_r);
        return IMAP_LOST;
    }
    log_alert(imap);
    err_set(err_r, ERR_UNAVAILABLE, "%s: the server refuses: %s", doing, words);
    return IMAP_NO;
}

enum imap_answer imap_command(struct imap_mailbox *imap, const char *doing, struct err *err_r,
                              const char *format, ...)
{
    struct arena *arena = arena_new();
    enum imap_answer answer = IMAP_LOST;
    va_list args;

    va_start(args, format);
    char *command = arena_vprintf(arena, format, args);
    va_end(args);
    if (imap->session == NULL)
        imap_lost(imap, doing, err_r);
    else
        answer = run(imap, doing, command, err_r);
    arena_free(arena);
    return answer;
}

/* ---- lines of our own ---- */

bool imap_send_line(struct imap_mailbox *imap, const char *format, ...)
{
    struct arena *arena = arena_new();
    va_list args;

    va_start(args, format);
    char *line = arena_vprintf(arena, format, args);
    va_end(args);
    bool ok =
        stream_write(imap->stream, line, strlen(line)) && stream_write(imap->stream, "\r\n", 2);
    arena_free(arena);
    return ok;
}

const char *imap_read_line(struct imap_mailbox *imap)
{
    mailimap *session = imap->session;

    if (mailstream_read_line_remove_eol(session->imap_stream, session->imap_stream_buffer) == NULL)
        return NULL;
    return session->imap_stream_buffer->str;
}

bool imap_read_tagged(struct imap_mailbox *imap, const char *doing, const char **text_r,
                      struct err *err_r)
{
    char tag[16];
    int n = snprintf(tag, sizeof tag, "%d ", imap->tag);
    const char *line;

    while ((line = imap_read_line(imap)) != NULL) {
        if (strncmp(line, tag, (size_t)n) == 0) {
            *text_r = line + n;
            note_suggested_wait(imap, *text_r);
            return true;
        }
        if (strncasecmp(line, "* BYE", 5) == 0)
            break;
    }
    imap_lost(imap, doing, err_r);
    return false;
}

/* ---- opening ---- */

/* mailimap_connect() would parse the greeting, which can crash it, before TLS. */
void imap_attach(struct imap_mailbox *imap)
{
    mailimap *session = mailimap_new(0, NULL);

    if (session == NULL)
        panic("out of memory");
    session->imap_stream = stream_mailstream(imap->stream);
    session->imap_state = MAILIMAP_STATE_SELECTED;
    session->imap_tag = imap->tag;
    session->imap_connection_info = mailimap_connection_info_new();
    if (session->imap_connection_info == NULL)
        panic("out of memory");
    imap->session = session;
}

static enum mailbox_result read_greeting(struct imap_mailbox *imap, struct err *err_r)
{
    const char *line = imap_read_line(imap);

    if (line != NULL && strncasecmp(line, "* OK", 4) == 0)
        return MAILBOX_OK;
    if (line != NULL && strncasecmp(line, "* PREAUTH", 9) == 0) {
        err_set(err_r, ERR_PERMISSION,
                "%s: the server greets as if we had logged in already (PREAUTH), which nobody can "
                "trust; check host and port",
                imap->base.conf->server.host);
        imap_drop(imap);
        return MAILBOX_REFUSED;
    }
    note_suggested_wait(imap, line);
    return imap_lost(imap, "greeting", err_r);
}

static enum mailbox_result start_tls(struct imap_mailbox *imap, struct err *err_r)
{
    const char *text;

    if (!imap_send_line(imap, "%d STARTTLS", ++imap->tag))
        return imap_lost(imap, "STARTTLS", err_r);
    if (!imap_read_tagged(imap, "STARTTLS", &text, err_r))
        return MAILBOX_LOST;
    if (strncasecmp(text, "OK", 2) != 0) {
        err_set(err_r, ERR_UNAVAILABLE,
                "%s: the server refuses STARTTLS (%.100s); use tls = implicit",
                imap->base.conf->server.host, text);
        imap_drop(imap);
        return MAILBOX_REFUSED;
    }
    if (stream_start_tls(imap->stream, imap->limits.connect, err_r)) {
        imap_guard_free(imap->session); /* and with it all that was said in clear text */
        imap_attach(imap);
        return MAILBOX_OK;
    }
    imap_drop(imap);
    return err_r->kind == ERR_UNAVAILABLE ? MAILBOX_LOST : MAILBOX_REFUSED;
}

/* The list before is dropped first: what a server said earlier does not count after TLS or login,
 * and mailimap_capability() crashes where the list is missing. */
static enum mailbox_result ask_capabilities(struct imap_mailbox *imap, struct err *err_r)
{
    struct mailimap_connection_info *info = imap->session->imap_connection_info;

    if (info->imap_capability != NULL)
        mailimap_capability_data_free(info->imap_capability);
    info->imap_capability = NULL;
    imap_arm(imap, 0, 0);
    if (imap_command(imap, "CAPABILITY", err_r, "CAPABILITY") == IMAP_LOST)
        return MAILBOX_LOST;
    imap->can_idle = imap_guard_has(imap->session, "IDLE");
    imap->can_move = imap_guard_has(imap->session, "MOVE");
    imap->can_uidplus = imap_guard_has(imap->session, "UIDPLUS");
    imap->append_limit = imap_guard_append_limit(imap->session);
    if (imap_guard_has(imap->session, "IMAP4rev1") || imap_guard_has(imap->session, "IMAP4rev2"))
        return MAILBOX_OK;
    err_set(err_r, ERR_UNAVAILABLE, "%s:%d: the server does not say that it speaks IMAP4rev1",
            imap->base.conf->server.host, imap->base.conf->server.port);
    imap_drop(imap);
    return MAILBOX_LOST;
}

static enum mailbox_result connect_and_login(struct imap_mailbox *imap, struct err *err_r)
{
    const struct conf_server *server = &imap->base.conf->server;
    enum mailbox_result result;

    imap->tag = 0;
    imap->body_came = false;
    if (!stream_open(server, imap->base.cancel_fd, imap->limits.connect, &imap->stream, err_r)) {
        imap->stream = NULL;
        return err_r->kind == ERR_PERMISSION || err_r->kind == ERR_CONFIG ? MAILBOX_REFUSED
                                                                          : MAILBOX_LOST;
    }
    stream_limit_silence(imap->stream, imap->limits.silence);
    imap_attach(imap);
    stream_arm(imap->stream, imap->limits.budget, imap->limits.login);
    result = read_greeting(imap, err_r);
    if (result == MAILBOX_OK && server->tls == CONF_TLS_STARTTLS)
        result = start_tls(imap, err_r);
    if (result == MAILBOX_OK)
        result = ask_capabilities(imap, err_r);
    if (result == MAILBOX_OK)
        result = imap_login(imap, err_r);
    if (result == MAILBOX_OK)
        result = ask_capabilities(imap, err_r);
    return result;
}

/* Where the kept secret is refused, a new one is asked for and tried at once: tokens run out. */
static enum mailbox_result log_in(struct imap_mailbox *imap, struct err *err_r)
{
    enum mailbox_result result = connect_and_login(imap, err_r);
    bool may_be_old = imap->base.secrets != NULL && !imap->secret_fresh &&
                      imap->base.conf->server.auth != CONF_AUTH_PLAIN;

    imap->secret_refused = result == MAILBOX_DENIED;
    if (result != MAILBOX_DENIED || !may_be_old)
        return result;
    imap->trying_anew = true;
    result = connect_and_login(imap, err_r);
    imap->trying_anew = false;
    imap->secret_refused = result == MAILBOX_DENIED;
    return result;
}

static enum mailbox_result read_selection(struct imap_mailbox *imap, struct mailbox_view *view_r,
                                          struct err *err_r)
{
    const struct mailimap_selection_info *info = imap->session->imap_selection_info;
    const char *folder = imap->base.folder;

    if (info->sel_uidvalidity == 0) {
        err_set(err_r, ERR_UNAVAILABLE,
                "folder %s has no UIDVALIDITY, so its mails cannot be told apart safely; this "
                "server cannot be used",
                folder);
        return MAILBOX_REFUSED;
    }
    if (!imap->base.read_only && info->sel_perm == MAILIMAP_MAILBOX_READONLY) {
        err_set(err_r, ERR_PERMISSION,
                "folder %s may only be read; give the user the right to move mails out of it",
                folder);
        return MAILBOX_REFUSED;
    }
    imap->can_keyword = imap_guard_allows_keyword(imap->session, "$Registered");
    *view_r = (struct mailbox_view){
        .uidvalidity = info->sel_uidvalidity,
        .uidnext = info->sel_uidnext,
        .can_idle = imap->can_idle,
    };
    return MAILBOX_OK;
}

/* Nothing is expunged by leaving a folder this way. */
static enum mailbox_result select_folder(struct imap_mailbox *imap, struct arena *arena,
                                         struct mailbox_view *view_r, struct err *err_r)
{
    const char *folder = imap->base.folder;
    char *name;

    if (!imap_guard_argument(folder, "folder", err_r))
        return MAILBOX_REFUSED;
    name = imap_name_folder(arena, folder);
    if (name == NULL) {
        err_set(err_r, ERR_CONFIG, "folder is not UTF-8");
        return MAILBOX_REFUSED;
    }
    if (imap->session->imap_selection_info != NULL)
        mailimap_selection_info_free(imap->session->imap_selection_info);
    imap->session->imap_selection_info = mailimap_selection_info_new();
    if (imap->session->imap_selection_info == NULL)
        panic("out of memory");
    imap_arm(imap, 0, 0);
    switch (imap_command(imap, "opening the folder", err_r, "%s %s",
                         imap->base.read_only ? "EXAMINE" : "SELECT", name)) {
    case IMAP_OK:
        return read_selection(imap, view_r, err_r);
    case IMAP_NO:
        err_add_where(err_r, "folder %s", folder);
        return MAILBOX_REFUSED;
    case IMAP_LOST:
        break;
    }
    return MAILBOX_LOST;
}

uint32_t imap_count_told(const struct imap_mailbox *imap)
{
    const mailimap *session = imap->session;

    return session != NULL && session->imap_selection_info != NULL
               ? session->imap_selection_info->sel_exists
               : 0;
}

enum mailbox_result imap_select(struct imap_mailbox *imap, struct mailbox_view *view_r,
                                struct err *err_r)
{
    struct arena *arena = arena_new();
    enum mailbox_result result = select_folder(imap, arena, view_r, err_r);

    arena_free(arena);
    imap->seen = imap_count_told(imap);
    return result;
}

static enum mailbox_result imap_open(struct mailbox *mailbox, struct mailbox_view *view_r,
                                     struct err *err_r)
{
    struct imap_mailbox *imap = imap_of(mailbox);
    enum mailbox_result result;

    mailbox->suggested_wait = 0;
    result = imap->stream == NULL ? log_in(imap, err_r) : imap_resume(imap, err_r);
    if (result == MAILBOX_OK)
        result = imap_select(imap, view_r, err_r);
    if (result != MAILBOX_OK)
        imap_drop(imap);
    return result;
}

static enum mailbox_result imap_open_other(struct mailbox *mailbox, struct mailbox_view *view_r,
                                           struct err *err_r)
{
    struct imap_mailbox *imap = imap_of(mailbox);
    enum mailbox_result result = imap_resume(imap, err_r);

    return result == MAILBOX_OK ? imap_select(imap, view_r, err_r) : result;
}

/* ---- closing ---- */

static void imap_close(struct mailbox *mailbox)
{
    struct imap_mailbox *imap = imap_of(mailbox);
    struct err err;
    const char *text;

    if (imap->stream == NULL)
        return;
    stream_arm(imap->stream, imap->limits.budget, imap->limits.logout);
    if (imap->session == NULL)
        imap_attach(imap);
    imap->tag++;
    if ((!imap->idling || imap_send_line(imap, "DONE")) &&
        imap_send_line(imap, "%d LOGOUT", imap->tag))
        imap_read_tagged(imap, "LOGOUT", &text, &err);
    imap_drop(imap);
}

static void imap_free(struct mailbox *mailbox)
{
    imap_drop(imap_of(mailbox));
    free(mailbox);
}

struct mailbox *imap_mailbox_new(void)
{
    static const struct mailbox_kind kind = {
        .open = imap_open,
        .open_other = imap_open_other,
        .list = imap_list,
        .fetch = imap_fetch,
        .peek = imap_peek,
        .file = imap_file,
        .done = imap_done,
        .get_offer = imap_get_offer,
        .find_folder = imap_find_folder,
        .find_special = imap_find_special,
        .can_move = imap_can_move,
        .park = imap_park,
        .stir = imap_stir,
        .close = imap_close,
        .free = imap_free,
    };
    struct imap_mailbox *imap = xcalloc(1, sizeof *imap);

    imap->base.kind = &kind;
    imap->limits = (struct imap_limits){
        .connect = 30000,
        .login = 30000,
        .command = 60000,
        .silence = 60000,
        .logout = 2000,
        .budget = 1 << 20,
    };
    return &imap->base;
}
