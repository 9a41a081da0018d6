/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * oauth2-token(8): asks a token endpoint for an access token and prints it, for token-command of
 * antragd.conf(5).  Client credentials (RFC 6749 section 4.4) and refresh tokens (section 6).
 *
 * Nothing is kept but a refresh token that the server has replaced: that is durable before the
 * access token is printed, since the old one may be void from then on.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#define MAX_FILE ((size_t)64 << 10)
#define MAX_ANSWER ((size_t)256 << 10)
#define SECONDS_TO_CONNECT 15L
#define SECONDS 30L

#define MICROSOFT_ENDPOINT "https://login.microsoftonline.com/%s/oauth2/v2.0/token"
#define MICROSOFT_APPLICATION "https://outlook.office365.com/.default"
#define MICROSOFT_PERSON                               \
    "https://outlook.office.com/IMAP.AccessAsUser.All" \
    " https://outlook.office.com/SMTP.Send offline_access"

struct settings {
    const char *tenant;
    const char *token_endpoint;
    const char *client_id;
    const char *client_secret;
    const char *refresh_token_file; /* NULL: client credentials */
    const char *scope;
    const char *ca_file;
};

static const struct row {
    const char *key;
    size_t offset;
} rows[] = {
    {"tenant", offsetof(struct settings, tenant)},
    {"token-endpoint", offsetof(struct settings, token_endpoint)},
    {"client-id", offsetof(struct settings, client_id)},
    {"client-secret", offsetof(struct settings, client_secret)},
    {"refresh-token-file", offsetof(struct settings, refresh_token_file)},
    {"scope", offsetof(struct settings, scope)},
    {"ca-file", offsetof(struct settings, ca_file)},
};

/* ---- files with secrets -----------------------------------------------------------------------
 */

static bool check_secret(int fd, const char *path, struct err *err_r)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return err_set_errno(err_r, ERR_NO_INPUT, "%s", path);
    if (!S_ISREG(st.st_mode))
        return err_set(err_r, ERR_DATA, "%s is no file", path);
    if (st.st_uid != 0 && st.st_uid != geteuid())
        return err_set(err_r, ERR_PERMISSION,
                       "%s belongs to somebody else; it must belong to root or to the user that "
                       "runs this",
                       path);
    if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return err_set(err_r, ERR_PERMISSION, "%s is open to others than its owner; chmod 600 it",
                       path);
    if (st.st_size > (off_t)MAX_FILE)
        return err_set(err_r, ERR_DATA, "%s is larger than 64 kB", path);
    return true;
}

static bool read_open(struct arena *arena, int fd, const char *path, const char **text_r,
                      struct err *err_r)
{
    struct text text;
    char buffer[4096];
    ssize_t n;

    text_init(&text, arena);
    while ((n = read(fd, buffer, sizeof buffer)) > 0 && text.len <= MAX_FILE)
        text_add_bytes(&text, buffer, (size_t)n);
    if (n < 0)
        return err_set_errno(err_r, ERR_NO_INPUT, "%s", path);
    if (!text_is_utf8(text.s, text.len) || memchr(text.s, '\0', text.len) != NULL)
        return err_set(err_r, ERR_DATA, "%s is not UTF-8 text", path);
    *text_r = text.s;
    return true;
}

/* The descriptor stays open, for locking. */
static bool read_secret(struct arena *arena, const char *path, int *fd_r, const char **text_r,
                        struct err *err_r)
{
    *fd_r = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (*fd_r < 0)
        return err_set_errno(err_r, errno == EACCES ? ERR_PERMISSION : ERR_NO_INPUT, "%s", path);
    return check_secret(*fd_r, path, err_r) && read_open(arena, *fd_r, path, text_r, err_r);
}

/* ---- settings ---------------------------------------------------------------------------------
 */

static const char **find_setting(struct settings *settings, const char *key)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (text_equal(rows[i].key, key))
            return (const char **)((char *)settings + rows[i].offset);
    }
    return NULL;
}

static bool take_line(struct arena *arena, const char *line, struct settings *settings,
                      struct err *err_r)
{
    const char *equals = strchr(line, '=');

    if (*line == '\0' || *line == '#')
        return true;
    if (equals == NULL)
        return err_set(err_r, ERR_CONFIG, "write key = value");
    const char *key = text_trim(arena, arena_strndup(arena, line, (size_t)(equals - line)));
    const char *value = text_trim(arena, equals + 1);
    const char **setting = find_setting(settings, key);
    if (setting == NULL)
        return err_set(err_r, ERR_CONFIG, "there is no key \"%s\"", key);
    if (*setting != NULL)
        return err_set(err_r, ERR_CONFIG, "%s is there twice", key);
    if (*value == '\0')
        return err_set(err_r, ERR_CONFIG, "%s has no value", key);
    *setting = value;
    return true;
}

static bool is_tenant(const char *s)
{
    return s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-")] == '\0';
}

static bool complete(struct arena *arena, struct settings *settings, struct err *err_r)
{
    if (settings->client_id == NULL)
        return err_set(err_r, ERR_CONFIG, "client-id is missing");
    if ((settings->tenant == NULL) == (settings->token_endpoint == NULL))
        return err_set(err_r, ERR_CONFIG, "write either tenant (Microsoft 365) or token-endpoint");
    if (settings->refresh_token_file == NULL && settings->client_secret == NULL)
        return err_set(err_r, ERR_CONFIG, "client-secret or refresh-token-file is missing");
    if (settings->tenant == NULL)
        return true;
    if (!is_tenant(settings->tenant))
        return err_set(err_r, ERR_CONFIG, "tenant is a domain or an ID of letters and digits");
    settings->token_endpoint = arena_printf(arena, MICROSOFT_ENDPOINT, settings->tenant);
    if (settings->scope == NULL)
        settings->scope =
            settings->refresh_token_file == NULL ? MICROSOFT_APPLICATION : MICROSOFT_PERSON;
    return true;
}

static bool parse_settings(struct arena *arena, const char *path, const char *text,
                           struct settings *settings, struct err *err_r)
{
    int number = 0;

    while (*text != '\0') {
        size_t n = strcspn(text, "\n");
        const char *line = text_trim(arena, arena_strndup(arena, text, n));
        number++;
        if (!take_line(arena, line, settings, err_r))
            return err_add_where(err_r, "%s:%d", path, number);
        text += n + (text[n] == '\n');
    }
    return complete(arena, settings, err_r) || err_add_where(err_r, "%s", path);
}

/* ---- the endpoint -----------------------------------------------------------------------------
 */

static bool is_loopback(const char *host)
{
    struct in_addr address;

    if (inet_pton(AF_INET, host, &address) == 1)
        return (ntohl(address.s_addr) >> 24) == 127;
    return text_equal(host, "[::1]") || text_equal_nocase(host, "localhost");
}

/* A secret goes out in clear to nobody but this machine. */
static bool check_endpoint(const char *url, struct err *err_r)
{
    CURLU *parsed = curl_url();
    char *scheme = NULL, *host = NULL;
    bool ok = parsed != NULL && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
              curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
              curl_url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK;

    if (!ok)
        err_set(err_r, ERR_CONFIG, "token-endpoint \"%s\" is no URL", url);
    else if (!text_equal(scheme, "https") && !(text_equal(scheme, "http") && is_loopback(host)))
        ok = err_set(err_r, ERR_CONFIG, "token-endpoint \"%s\" must begin with https://", url);
    curl_free(scheme);
    curl_free(host);
    curl_url_cleanup(parsed);
    return ok;
}

static void add_field(struct text *form, const char *name, const char *value)
{
    char *escaped;

    if (value == NULL)
        return;
    escaped = curl_easy_escape(NULL, value, 0);
    if (escaped == NULL)
        panic("curl_easy_escape: out of memory");
    text_addf(form, "%s%s=%s", form->len > 0 ? "&" : "", name, escaped);
    curl_free(escaped);
}

static const char *make_form(struct arena *arena, const struct settings *settings,
                             const char *refresh_token)
{
    struct text form;

    text_init(&form, arena);
    add_field(&form, "grant_type", refresh_token != NULL ? "refresh_token" : "client_credentials");
    add_field(&form, "refresh_token", refresh_token);
    add_field(&form, "client_id", settings->client_id);
    add_field(&form, "client_secret", settings->client_secret);
    add_field(&form, "scope", settings->scope);
    return form.s;
}

static size_t take_answer(char *bytes, size_t size, size_t n, void *data)
{
    struct text *answer = data;

    if (answer->len + size * n > MAX_ANSWER)
        return 0;
    text_add_bytes(answer, bytes, size * n);
    return size * n;
}

/* No redirects: a secret goes where the settings say. */
static bool prepare(CURL *curl, const struct settings *settings, const char *form, char *trouble,
                    struct text *answer)
{
    return curl_easy_setopt(curl, CURLOPT_URL, settings->token_endpoint) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
           (settings->ca_file == NULL ||
            curl_easy_setopt(curl, CURLOPT_CAINFO, settings->ca_file) == CURLE_OK) &&
           curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, SECONDS_TO_CONNECT) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_TIMEOUT, SECONDS) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, trouble) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_POSTFIELDS, form) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_answer) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer) == CURLE_OK;
}

static bool ask(const struct settings *settings, const char *form, struct text *answer,
                long *status_r, struct err *err_r)
{
    char trouble[CURL_ERROR_SIZE] = "";
    CURL *curl = curl_easy_init();
    CURLcode code;

    if (curl == NULL || !prepare(curl, settings, form, trouble, answer)) {
        curl_easy_cleanup(curl);
        return err_set(err_r, ERR_BUG, "libcurl refuses an option; please report this");
    }
    code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, status_r);
    curl_easy_cleanup(curl);
    return code == CURLE_OK || err_set(err_r, ERR_UNAVAILABLE, "%s: %s", settings->token_endpoint,
                                       trouble[0] != '\0' ? trouble : curl_easy_strerror(code));
}

/* ---- the answer -------------------------------------------------------------------------------
 */

/* RFC 6749 appendix A.12 and A.17: visible ASCII; a blank would already be another line's matter.
 */
static bool is_token(const char *s)
{
    if (s == NULL || *s == '\0')
        return false;
    for (; *s != '\0'; s++) {
        if (*s <= ' ' || *s > '~')
            return false;
    }
    return true;
}

/* Foreign words on one line of a terminal. */
static const char *plain(struct arena *arena, const char *s)
{
    char *line = text_squeeze(arena, s == NULL ? "no reason given" : s);

    for (char *c = line; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = '?';
    }
    return line;
}

static bool refuse(struct arena *arena, const struct settings *settings, long status,
                   const struct json *answer, struct err *err_r)
{
    const char *word = json_text(answer, "error");

    if (status == 429 || status >= 500)
        return err_set(err_r, ERR_TRY_AGAIN, "%s answers %ld; try again later",
                       settings->token_endpoint, status);
    if (word == NULL)
        return err_set(err_r, ERR_UNAVAILABLE, "%s answers %ld and no token; is it the endpoint?",
                       settings->token_endpoint, status);
    return err_set(err_r, ERR_PERMISSION, "%s refuses: %s: %s", settings->token_endpoint,
                   plain(arena, word), plain(arena, json_text(answer, "error_description")));
}

static bool check_answer(struct arena *arena, const struct settings *settings, long status,
                         const struct json *answer, struct err *err_r)
{
    const char *type = json_text(answer, "token_type");

    if (status != 200)
        return refuse(arena, settings, status, answer, err_r);
    if (!is_token(json_text(answer, "access_token")))
        return err_set(err_r, ERR_UNAVAILABLE, "%s answers without an access token",
                       settings->token_endpoint);
    if (type == NULL || !text_equal_nocase(type, "Bearer"))
        return err_set(err_r, ERR_UNAVAILABLE, "%s gives a token that is not of the type Bearer",
                       settings->token_endpoint);
    return true;
}

static bool keep_refresh_token(struct arena *arena, const struct settings *settings,
                               const char *old, const struct json *answer, struct err *err_r)
{
    const char *new = json_text(answer, "refresh_token");

    if (old == NULL || new == NULL || text_equal(old, new))
        return true;
    if (!is_token(new))
        return err_set(err_r, ERR_UNAVAILABLE, "%s gives a refresh token that is none",
                       settings->token_endpoint);
    const char *line = arena_printf(arena, "%s\n", new);
    return file_write_durable(settings->refresh_token_file, line, strlen(line), 0600, err_r);
}

static bool print_token(const char *token, struct err *err_r)
{
    return (printf("%s\n", token) > 0 && fflush(stdout) == 0) ||
           err_set_errno(err_r, ERR_CANNOT_CREATE, "standard output");
}

/* ---- main -------------------------------------------------------------------------------------
 */

/* Before the server is asked, which may make the old token void. */
static bool check_writable(struct arena *arena, const char *path, struct err *err_r)
{
    return access(dirname(arena_strdup(arena, path)), W_OK) == 0 ||
           err_set_errno(err_r, ERR_CANNOT_CREATE,
                         "%s: a new refresh token could not be written into its directory", path);
}

static bool read_refresh_token(struct arena *arena, const char *path, const char **token_r,
                               struct err *err_r)
{
    const char *text;
    int fd;
    bool ok = read_secret(arena, path, &fd, &text, err_r);

    if (fd >= 0)
        close(fd);
    if (!ok)
        return false;
    *token_r = text_trim(arena, text);
    return is_token(*token_r) ? check_writable(arena, path, err_r)
                              : err_set(err_r, ERR_DATA, "%s holds no refresh token", path);
}

static bool fetch(struct arena *arena, const struct settings *settings, struct err *err_r)
{
    const char *refresh_token = NULL;
    struct text bytes;
    struct json *answer = NULL;
    struct err ignored;
    long status = 0;
    bool ok;

    if (settings->refresh_token_file != NULL &&
        !read_refresh_token(arena, settings->refresh_token_file, &refresh_token, err_r))
        return false;
    text_init(&bytes, arena);
    if (!ask(settings, make_form(arena, settings, refresh_token), &bytes, &status, err_r))
        return false;
    /* what is no JSON has no token in it; the status says more than the parser */
    if (!json_parse(bytes.s, bytes.len, &answer, &ignored))
        answer = json_object_new();
    ok = check_answer(arena, settings, status, answer, err_r) &&
         keep_refresh_token(arena, settings, refresh_token, answer, err_r) &&
         print_token(json_text(answer, "access_token"), err_r);
    json_free(answer);
    return ok;
}

/* One at a time: two that use one refresh token at once would make it void for each other. */
static bool run(struct arena *arena, const char *path, struct err *err_r)
{
    struct settings settings = {0};
    const char *text;
    int fd;
    bool ok = read_secret(arena, path, &fd, &text, err_r) &&
              parse_settings(arena, path, text, &settings, err_r) &&
              check_endpoint(settings.token_endpoint, err_r) &&
              (flock(fd, LOCK_EX) == 0 || err_set_errno(err_r, ERR_TRY_AGAIN, "%s", path)) &&
              fetch(arena, &settings, err_r);

    if (fd >= 0)
        close(fd);
    return ok;
}

int main(int argc, char **argv)
{
    struct err err;

    if (argc != 2 || argv[1][0] == '-') {
        fputs("usage: oauth2-token FILE\n", stderr);
        return EX_USAGE;
    }
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        panic("libcurl does not start");
    struct arena *arena = arena_new();
    bool ok = run(arena, argv[1], &err);
    arena_free(arena);
    curl_global_cleanup();
    if (!ok)
        fatal(&err);
    return EX_OK;
}
