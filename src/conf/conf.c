/* SPDX-License-Identifier: EUPL-1.2 */
#include "conf/conf.h"

#include "base/file.h"
#include "conf/conf_tree.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_MAX 65536

/* ---- mistakes ---- */

void conf_mistake_add(struct conf_reader *reader, struct conf_place place, const char *format, ...)
{
    struct conf_mistake *mistake;
    va_list args;

    if (reader->mistake_count == reader->mistake_size) {
        size_t size = reader->mistake_size * 2 + 16;

        reader->mistakes = arena_grow(reader->scratch, reader->mistakes, reader->mistake_size, size,
                                      sizeof reader->mistakes[0]);
        reader->mistake_size = size;
    }
    mistake = &reader->mistakes[reader->mistake_count];
    mistake->place = place;
    mistake->seq = (uint32_t)reader->mistake_count++;
    va_start(args, format);
    mistake->text = arena_vprintf(reader->scratch, format, args);
    va_end(args);
}

static int compare_numbers(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

static int compare_mistakes(const void *a, const void *b)
{
    const struct conf_mistake *x = a;
    const struct conf_mistake *y = b;
    int order = compare_numbers(x->place.file, y->place.file);

    if (order == 0)
        order = compare_numbers(x->place.line, y->place.line);
    return order != 0 ? order : compare_numbers(x->seq, y->seq);
}

/* In the order of files and lines, however they were found. */
static void hand_out_mistakes(struct conf_reader *reader, struct texts *mistakes_r)
{
    if (reader->mistake_count > 0)
        qsort(reader->mistakes, reader->mistake_count, sizeof reader->mistakes[0],
              compare_mistakes);
    for (size_t i = 0; i < reader->mistake_count; i++) {
        const struct conf_mistake *mistake = &reader->mistakes[i];

        texts_add(mistakes_r, reader->arena,
                  arena_printf(reader->arena, "%s:%u: %s", reader->files[mistake->place.file],
                               (unsigned)mistake->place.line, mistake->text));
    }
}

/* ---- loading ---- */

static bool load(struct conf_reader *reader, const char *path, const char *bytes, size_t n,
                 const struct conf **conf_r, struct err *err_r)
{
    struct conf_node *root;

    if (!conf_tree_read(reader, path, bytes, n, &root, err_r))
        return false;
    if (!reader->slice && !reader->own)
        conf_table_add_files(reader, root);
    *conf_r = conf_tree_build(reader, root);
    conf_complete(reader, root);
    if (!reader->slice)
        conf_check(reader, root);
    return true;
}

static bool load_file(const char *path, bool own, struct arena *arena, const struct conf **conf_r,
                      struct texts *mistakes_r, struct err *err_r)
{
    struct conf_reader reader = {.arena = arena, .scratch = arena_new(), .own = own};
    bool good = load(&reader, path, NULL, 0, conf_r, err_r);

    if (good && reader.mistake_count > 0) {
        hand_out_mistakes(&reader, mistakes_r);
        good = err_set(err_r, ERR_CONFIG, "%s has %zu mistake%s", path, reader.mistake_count,
                       reader.mistake_count == 1 ? "" : "s");
    }
    if (!good)
        *conf_r = NULL;
    arena_free(reader.scratch);
    return good;
}

bool conf_load(const char *path, struct arena *arena, const struct conf **conf_r,
               struct texts *mistakes_r, struct err *err_r)
{
    return load_file(path, false, arena, conf_r, mistakes_r, err_r);
}

bool conf_load_own(const char *path, struct arena *arena, const struct conf **conf_r,
                   struct texts *mistakes_r, struct err *err_r)
{
    return load_file(path, true, arena, conf_r, mistakes_r, err_r);
}

static const struct conf_body *join(struct conf_reader *reader, const char *bytes,
                                    const struct conf_table *roster,
                                    const struct conf_table *meetings, struct err *err_r)
{
    struct conf_node *root;
    struct conf *conf;

    if (!conf_tree_read(reader, "the configuration", bytes, strlen(bytes), &root, err_r))
        return NULL;
    if (roster->bytes != NULL)
        conf_table_add_roster(reader, root->nodes, roster);
    if (meetings->bytes != NULL)
        conf_table_add_meetings(reader, root->nodes, meetings);
    conf = conf_tree_build(reader, root);
    conf_complete(reader, root);
    conf_check_tables(reader, root);
    return &conf->bodies[0];
}

bool conf_join_tables(const struct conf_body *body, const struct conf_table *roster,
                      const struct conf_table *meetings, struct arena *arena,
                      const struct conf_body **body_r, struct texts *mistakes_r, struct err *err_r)
{
    struct conf_reader reader = {.arena = arena, .scratch = arena_new(), .slice = true};
    struct conf_body copy = *body;
    struct conf conf = {.bodies = &copy, .body_count = 1};
    const char *bytes = conf_print(reader.scratch, &conf, CONF_FOR_CLERK);
    bool good;

    *body_r = join(&reader, bytes, roster, meetings, err_r);
    good = *body_r != NULL;
    if (good && reader.mistake_count > 0) {
        hand_out_mistakes(&reader, mistakes_r);
        good = err_set(err_r, ERR_CONFIG, "%s", mistakes_r->v[0]);
    }
    arena_free(reader.scratch);
    return good;
}

bool conf_parse_slice(const char *bytes, size_t n, struct arena *arena, const struct conf **conf_r,
                      struct err *err_r)
{
    struct conf_reader reader = {.arena = arena, .scratch = arena_new(), .slice = true};
    bool good = load(&reader, "slice", bytes, n, conf_r, err_r);

    if (good && reader.mistake_count > 0) {
        struct texts mistakes = {0};

        hand_out_mistakes(&reader, &mistakes);
        good =
            err_set(err_r, ERR_CONFIG, "the configuration handed on is damaged: %s", mistakes.v[0]);
    }
    if (!good)
        *conf_r = NULL;
    arena_free(reader.scratch);
    return good;
}

/* ---- finding ---- */

const struct conf_body *conf_find_body(const struct conf *conf, const char *id)
{
    for (size_t i = 0; i < conf->body_count; i++)
        if (strcmp(conf->bodies[i].id, id) == 0)
            return &conf->bodies[i];
    return NULL;
}

const struct conf_mailbox *conf_find_mailbox(const struct conf_body *body, const char *name)
{
    for (size_t i = 0; i < body->mailbox_count; i++)
        if (strcmp(body->mailboxes[i].name, name) == 0)
            return &body->mailboxes[i];
    return NULL;
}

bool conf_is_junk(const struct conf_mailbox *mailbox, const char *folder)
{
    const char *junk = mailbox != NULL ? mailbox->junk_folder : NULL;

    return junk != NULL && junk[0] != '\0' && folder != NULL && strcmp(junk, folder) == 0;
}

const char *trust_level_to_text(enum trust_level level)
{
    switch (level) {
    case TRUST_UNKNOWN:
        return "unknown";
    case TRUST_LISTED:
        return "listed";
    case TRUST_AUTHENTICATED:
        return "authenticated";
    case TRUST_SIGNED:
        return "signed";
    }
    panic("trust_level_to_text: no level %d", (int)level);
}

/* ---- secrets ---- */

#define DAEMON_USER "antragd" /* as contrib/sysusers.d makes it */

/* The daemon's user is who its state belongs to; before it first ran, who has its name. */
static bool is_trusted_owner(uid_t owner, const char *state_directory)
{
    const struct passwd *daemon;
    struct stat st;

    if (owner == 0 || owner == geteuid() || (stat(state_directory, &st) == 0 && st.st_uid == owner))
        return true;
    daemon = getpwnam(DAEMON_USER);
    return daemon != NULL && daemon->pw_uid == owner;
}

const char *conf_secret_file_problem(struct arena *arena, const char *path,
                                     const char *state_directory)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return errno == EACCES ? NULL : arena_printf(arena, "%s cannot be read: %m", path);
    if (!S_ISREG(st.st_mode))
        return arena_printf(arena, "%s is no file; name the file with the secret", path);
    if ((st.st_mode & 077) != 0)
        return arena_printf(arena, "%s is open to group or others; chmod 600 it", path);
    if (state_directory != NULL && !is_trusted_owner(st.st_uid, state_directory))
        return arena_printf(arena, "%s belongs to a stranger; chown it to root or to the daemon",
                            path);
    return NULL;
}

static const char *credential_path(const struct conf_server *server, struct arena *arena)
{
    const char *directory = getenv("CREDENTIALS_DIRECTORY");

    return directory == NULL ? NULL
                             : arena_printf(arena, "%s/%s", directory, server->password_credential);
}

static void cut_line_end(char *secret)
{
    size_t n = strlen(secret);

    if (n > 0 && secret[n - 1] == '\n')
        secret[--n] = '\0';
    if (n > 0 && secret[n - 1] == '\r')
        secret[--n] = '\0';
}

static bool read_secret_file(const char *path, struct arena *arena, char **secret_r,
                             struct err *err_r)
{
    size_t n;

    if (!file_read(arena, path, SECRET_MAX, secret_r, &n, err_r))
        return false;
    cut_line_end(*secret_r);
    if (**secret_r == '\0' || strlen(*secret_r) + 2 < n || text_has_control(*secret_r))
        return err_set(err_r, ERR_CONFIG, "%s does not hold one line with a secret; write it anew",
                       path);
    return true;
}

bool conf_read_secret(const struct conf_server *server, struct arena *arena, char **secret_r,
                      struct err *err_r)
{
    const char *path = server->password_file;

    if (path != NULL) {
        const char *problem = conf_secret_file_problem(arena, path, NULL);

        if (problem != NULL)
            return err_set(err_r, ERR_PERMISSION, "%s", problem);
    } else if (server->password_credential != NULL) {
        path = credential_path(server, arena);
        if (path == NULL)
            return err_set(err_r, ERR_CONFIG,
                           "password-credential \"%s\": there is no $CREDENTIALS_DIRECTORY; add "
                           "LoadCredential= to the unit",
                           server->password_credential);
    } else {
        return err_set(err_r, ERR_CONFIG, "%s has no password-file or password-credential to read",
                       server->host != NULL ? server->host : "the server");
    }
    return read_secret_file(path, arena, secret_r, err_r);
}
