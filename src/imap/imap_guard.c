/* SPDX-License-Identifier: EUPL-1.2 */
#include "config.h"

#include "imap/imap_guard.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define DAY_SECONDS 86400

static const char *capability_name(const struct mailimap_capability *capability)
{
    if (capability == NULL || capability->cap_type != MAILIMAP_CAPABILITY_NAME)
        return NULL;
    return capability->cap_data.cap_name;
}

static bool is_mechanism(const struct mailimap_capability *capability, const char *name)
{
    return capability != NULL && capability->cap_type == MAILIMAP_CAPABILITY_AUTH_TYPE &&
           capability->cap_data.cap_auth_type != NULL && strncasecmp(name, "AUTH=", 5) == 0 &&
           strcasecmp(capability->cap_data.cap_auth_type, name + 5) == 0;
}

bool imap_guard_has(const mailimap *session, const char *capability)
{
    const struct mailimap_connection_info *info = session->imap_connection_info;

    if (info == NULL || info->imap_capability == NULL || info->imap_capability->cap_list == NULL)
        return false;
    for (clistiter *i = clist_begin(info->imap_capability->cap_list); i != NULL;
         i = clist_next(i)) {
        const struct mailimap_capability *entry = clist_content(i);
        const char *name = capability_name(entry);

        if (is_mechanism(entry, capability) || (name != NULL && strcasecmp(name, capability) == 0))
            return true;
    }
    return false;
}

uint32_t imap_guard_append_limit(const mailimap *session)
{
    static const char name[] = "APPENDLIMIT=";
    const struct mailimap_connection_info *info = session->imap_connection_info;

    if (info == NULL || info->imap_capability == NULL || info->imap_capability->cap_list == NULL)
        return 0;
    for (clistiter *i = clist_begin(info->imap_capability->cap_list); i != NULL;
         i = clist_next(i)) {
        const char *told = capability_name(clist_content(i));

        if (told != NULL && strncasecmp(told, name, sizeof name - 1) == 0) {
            unsigned long limit = strtoul(told + sizeof name - 1, NULL, 10);

            return limit > UINT32_MAX ? UINT32_MAX : (uint32_t)limit;
        }
    }
    return 0;
}

bool imap_guard_argument(const char *value, const char *what, struct err *err_r)
{
    if (value == NULL || value[0] == '\0')
        return err_set(err_r, ERR_CONFIG, "%s is empty", what);
    if (text_has_control(value))
        return err_set(err_r, ERR_CONFIG, "%s has a line end or another control character in it",
                       what);
    return true;
}

void imap_guard_free(mailimap *session)
{
    if (session == NULL)
        return;
    session->imap_stream = NULL;
    mailimap_free(session);
}

static bool send_command(mailimap *session, const char *command)
{
    mailstream *stream = session->imap_stream;
    char tag[16];
    int n = snprintf(tag, sizeof tag, "%d ", ++session->imap_tag);

    return mailstream_write(stream, tag, (size_t)n) == n &&
           mailstream_write(stream, command, strlen(command)) == (ssize_t)strlen(command) &&
           mailstream_write(stream, "\r\n", 2) == 2 && mailstream_flush(stream) == 0;
}

int imap_guard_run(mailimap *session, const char *command)
{
    struct mailimap_response *response;
    int r, type;

    if (!send_command(session, command) ||
        mailstream_read_line(session->imap_stream, session->imap_stream_buffer) == NULL)
        return MAILIMAP_ERROR_STREAM;
    r = mailimap_parse_response(session, &response);
    if (r != MAILIMAP_NO_ERROR)
        return r;
    type = response->rsp_resp_done->rsp_data.rsp_tagged->rsp_cond_state->rsp_type;
    mailimap_response_free(response);
    return type == MAILIMAP_RESP_COND_STATE_OK ? MAILIMAP_NO_ERROR : MAILIMAP_ERROR_CUSTOM_COMMAND;
}

bool imap_guard_allows_keyword(const mailimap *session, const char *keyword)
{
    const struct mailimap_selection_info *info = session->imap_selection_info;

    if (info == NULL || info->sel_perm_flags == NULL)
        return false;
    for (clistiter *i = clist_begin(info->sel_perm_flags); i != NULL; i = clist_next(i)) {
        const struct mailimap_flag_perm *flag = clist_content(i);

        if (flag == NULL)
            continue;
        if (flag->fl_type == MAILIMAP_FLAG_PERM_ALL)
            return true;
        if (flag->fl_type == MAILIMAP_FLAG_PERM_FLAG && flag->fl_flag != NULL &&
            flag->fl_flag->fl_type == MAILIMAP_FLAG_KEYWORD &&
            flag->fl_flag->fl_data.fl_keyword != NULL &&
            strcasecmp(flag->fl_flag->fl_data.fl_keyword, keyword) == 0)
            return true;
    }
    return false;
}

bool imap_guard_date(const struct mailimap_date_time *date, int64_t *moment_r)
{
    if (date == NULL || date->dt_year < 1970 || date->dt_year > 2999 || date->dt_month < 1 ||
        date->dt_month > 12 || date->dt_day < 1 || date->dt_day > 31 || date->dt_hour < 0 ||
        date->dt_hour > 24 || date->dt_min < 0 || date->dt_min > 59 || date->dt_sec < 0 ||
        date->dt_sec > 60 || date->dt_zone < -2400 || date->dt_zone > 2400)
        return false;

    struct tm tm = {
        .tm_year = date->dt_year - 1900,
        .tm_mon = date->dt_month - 1,
        .tm_mday = date->dt_day,
        .tm_hour = date->dt_hour,
        .tm_min = date->dt_min,
        .tm_sec = date->dt_sec,
    };
    int zone = date->dt_zone / 100 * 60 + date->dt_zone % 100; /* +0200 came as 200 */

    *moment_r = (int64_t)timegm(&tm) - (int64_t)zone * 60;
    return true;
}

int imap_guard_suggested_wait(const char *text)
{
    static const char words[] = "Suggested Backoff Time:";
    const char *at = text != NULL ? strcasestr(text, words) : NULL;
    char *end;

    if (at == NULL)
        return 0;
    unsigned long long milliseconds = strtoull(at + sizeof words - 1, &end, 10);
    if (strncasecmp(end, " milliseconds", 13) != 0)
        return 0;
    unsigned long long seconds = milliseconds / 1000 + (milliseconds % 1000 != 0);
    return seconds > DAY_SECONDS ? DAY_SECONDS : (int)seconds;
}

enum imap_refusal imap_guard_refusal(const char *text)
{
    static const struct {
        const char *code;
        enum imap_refusal refusal;
    } codes[] = {
        {"AUTHENTICATIONFAILED", IMAP_REFUSAL_LOGIN},
        {"AUTHORIZATIONFAILED", IMAP_REFUSAL_LOGIN},
        {"EXPIRED", IMAP_REFUSAL_LOGIN},
        {"PRIVACYREQUIRED", IMAP_REFUSAL_LOGIN},
        {"CONTACTADMIN", IMAP_REFUSAL_LOGIN},
        {"UNAVAILABLE", IMAP_REFUSAL_PASSES},
        {"INUSE", IMAP_REFUSAL_PASSES},
        {"LIMIT", IMAP_REFUSAL_PASSES},
        {"SERVERBUG", IMAP_REFUSAL_PASSES},
        {"THROTTLED", IMAP_REFUSAL_PASSES},
    };
    const char *code = text != NULL ? strchr(text, '[') : NULL;

    if (imap_guard_suggested_wait(text) > 0)
        return IMAP_REFUSAL_PASSES;
    for (size_t i = 0; code != NULL && i < sizeof codes / sizeof *codes; i++) {
        size_t n = strlen(codes[i].code);

        if (strncasecmp(code + 1, codes[i].code, n) == 0 && strchr("] ", code[1 + n]) != NULL)
            return codes[i].refusal;
    }
    return IMAP_REFUSAL_PLAIN;
}
