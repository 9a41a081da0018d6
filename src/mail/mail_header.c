/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/inside.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* GMime calls itself for every ":" of "g:g:g:...", which has no end but the stack's. */
#define MAX_GROUPS 100

/* ---- dates ---- */

static const struct {
    const char *name;
    int minutes;
} zones[] = {
    {"UT", 0},     {"UTC", 0},    {"GMT", 0},    {"Z", 0},      {"WET", 0},    {"CET", 60},
    {"CEST", 120}, {"MET", 60},   {"MEST", 120}, {"MEZ", 60},   {"MESZ", 120}, {"EET", 120},
    {"EEST", 180}, {"WEST", 60},  {"BST", 60},   {"EST", -300}, {"EDT", -240}, {"CST", -360},
    {"CDT", -300}, {"MST", -420}, {"MDT", -360}, {"PST", -480}, {"PDT", -420},
};

static const char *skip_space(const char *s)
{
    int open = 0;
    for (; *s; s++) {
        if (*s == '(')
            open++;
        else if (*s == ')' && open > 0)
            open--;
        else if (open == 0 && *s != ' ' && *s != '\t')
            break;
    }
    return s;
}

static bool take_number(const char **s, int max_digits, int *number_r)
{
    int digits = 0;
    *number_r = 0;
    for (*s = skip_space(*s); isdigit((unsigned char)**s); (*s)++, digits++) {
        if (digits == max_digits)
            return false;
        *number_r = *number_r * 10 + (**s - '0');
    }
    return digits > 0;
}

static bool take_month(const char **s, int *month_r)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    *s = skip_space(*s);
    for (int i = 0; i < 12; i++)
        if (strncasecmp(*s, months + (ptrdiff_t)3 * i, 3) == 0) {
            *month_r = i + 1;
            while (isalpha((unsigned char)**s))
                (*s)++;
            return true;
        }
    return false;
}

/* hh:mm or hh:mm:ss */
static bool take_time(const char **s, int *seconds_r)
{
    int hour, minute, second = 0;
    if (!take_number(s, 2, &hour) || *(*s = skip_space(*s)) != ':')
        return false;
    (*s)++;
    if (!take_number(s, 2, &minute))
        return false;
    *s = skip_space(*s);
    if (**s == ':') {
        (*s)++;
        if (!take_number(s, 2, &second))
            return false;
    }
    *seconds_r = hour * 3600 + minute * 60 + (second == 60 ? 59 : second);
    return hour < 24 && minute < 60 && second <= 60;
}

/* Minutes east of Greenwich.  A date without a zone, or with an unknown one, is no date for us: a
 * guess may be a day off. */
static bool take_zone(const char **s, int *offset_r)
{
    *s = skip_space(*s);
    if (**s == '+' || **s == '-') {
        int sign = **s == '-' ? -1 : 1, number;
        const char *digits = ++*s;
        if (!take_number(s, 4, &number) || *s - digits != 4)
            return false;
        *offset_r = sign * (number / 100 * 60 + number % 100);
        return number / 100 < 24 && number % 100 < 60;
    }
    size_t n = 0;
    while (isalpha((unsigned char)(*s)[n]))
        n++;
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        if (strlen(zones[i].name) == n && strncasecmp(zones[i].name, *s, n) == 0) {
            *offset_r = zones[i].minutes;
            *s += n;
            return true;
        }
    return false;
}

/* RFC 5322 section 4.3 */
static int full_year(int year, int digits)
{
    if (digits <= 2)
        return year < 50 ? 2000 + year : 1900 + year;
    return digits == 3 ? 1900 + year : year;
}

bool mail_date_parse(const char *s, int64_t *moment_r, int *offset_r)
{
    int mday, month, year, seconds, offset;
    s = skip_space(s);
    if (isalpha((unsigned char)*s)) {
        while (isalpha((unsigned char)*s))
            s++;
        s = skip_space(s);
        s += *s == ',' || *s == '.';
    }
    if (!take_number(&s, 2, &mday))
        return false;
    s += *s == '-';
    if (!take_month(&s, &month))
        return false;
    s += *s == '-';
    const char *digits = skip_space(s);
    if (!take_number(&s, 4, &year))
        return false;
    year = full_year(year, (int)(s - digits));
    struct day day;
    if (!take_time(&s, &seconds) || !take_zone(&s, &offset) || *skip_space(s) ||
        !day_from_ymd(year, month, mday, &day))
        return false;
    *moment_r = (int64_t)day.n * 86400 + seconds - (int64_t)offset * 60;
    *offset_r = offset;
    return true;
}

static void read_date(struct reader *reader)
{
    const char *s = field_first(&reader->fields, "Date");
    int offset;
    reader->mail->date_at = MOMENT_NONE;
    if (!s) {
        reader_defect(reader, "no-date");
    } else if (mail_date_parse(s, &reader->mail->date_at, &offset)) {
        reader->mail->date = moment_to_text_offset(reader->arena, reader->mail->date_at, offset);
    } else {
        reader->mail->date_at = MOMENT_NONE;
        reader_defect(reader, "bad-date");
    }
}

/* ---- text ---- */

static const char *decode_value(struct reader *reader, const char *value)
{
    return value_clean(reader->arena, words_decode(reader->arena, value));
}

/* ---- addresses ---- */

static void add_address(struct reader *reader, struct mail_addresses *to, const char *name,
                        const char *address)
{
    address = value_keep(reader->arena, address);
    if (!address) {
        reader_defect(reader, "bad-address");
        return;
    }
    if (to->n == MAIL_MAX_ADDRESSES) {
        reader_defect(reader, "too-many-addresses");
        return;
    }
    if (to->n % 32 == 0)
        to->v = arena_grow(reader->arena, to->v, to->n, to->n + 32, sizeof *to->v);
    to->v[to->n++] = (struct mail_address){value_clean(reader->arena, name), address};
}

/* The members of groups stand in a row with the others. */
static void add_list(struct reader *reader, InternetAddressList *list, struct mail_addresses *to)
{
    int n = internet_address_list_length(list);
    for (int i = 0; i < n; i++) {
        InternetAddress *one = internet_address_list_get_address(list, i);
        if (INTERNET_ADDRESS_IS_GROUP(one)) {
            InternetAddressList *members =
                internet_address_group_get_members(INTERNET_ADDRESS_GROUP(one));
            if (members)
                add_list(reader, members, to);
        } else {
            const char *address = internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(one));
            add_address(reader, to, internet_address_get_name(one), address);
        }
    }
}

static size_t count_char(const char *s, char c)
{
    size_t n = 0;
    for (; *s; s++)
        n += *s == c;
    return n;
}

static void parse_addresses(struct reader *reader, const char *value, struct mail_addresses *to)
{
    if (*skip_space(value) == '\0')
        return;
    if (count_char(value, ':') > MAX_GROUPS) {
        reader_defect(reader, "bad-address");
        return;
    }
    InternetAddressList *list =
        internet_address_list_parse(reader->options, words_decode_phrases(reader->arena, value));
    if (!list) {
        reader_defect(reader, "bad-address");
        return;
    }
    add_list(reader, list, to);
    g_object_unref(list);
}

/* Of every field of that name: a judge must see each address that claims to be the sender's. */
static void read_addresses(struct reader *reader, const char *name, struct mail_addresses *to)
{
    for (size_t i = 0; i < reader->fields.n; i++)
        if (strcasecmp(reader->fields.v[i].name, name) == 0)
            parse_addresses(reader, reader->fields.v[i].value, to);
}

static void read_delivered(struct reader *reader)
{
    static const char *const names[] = {"Delivered-To", "X-Original-To", "Envelope-To", "Resent-To",
                                        "Resent-Cc"};
    struct mail_addresses all = {NULL, 0};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        read_addresses(reader, names[i], &all);
    for (size_t i = 0; i < all.n; i++)
        if (!texts_has_nocase(&reader->mail->delivered_to, all.v[i].address))
            texts_add(&reader->mail->delivered_to, reader->arena, all.v[i].address);
}

static void read_return_path(struct reader *reader)
{
    const char *value = field_first(&reader->fields, "Return-Path");
    if (!value)
        return;
    const char *open = strchr(value, '<');
    const char *close = open ? strchr(open, '>') : NULL;
    if (close)
        value = arena_strndup(reader->arena, open + 1, (size_t)(close - open - 1));
    value = value_clean(reader->arena, value);
    reader->mail->return_path = value ? value : "";
}

/* ---- message ids ---- */

static void add_id(struct reader *reader, struct texts *ids, const char *s, size_t n)
{
    const char *id = value_clean(reader->arena, arena_strndup(reader->arena, s, n));
    if (!id || strlen(id) > MAIL_MAX_ID || texts_has(ids, id))
        return;
    if (ids->n == MAIL_MAX_IDS)
        reader_defect(reader, "too-many-references");
    else
        texts_add(ids, reader->arena, id);
}

/* Those in < >; where there is none, every word with "@". */
static void read_ids(struct reader *reader, const char *name, struct texts *ids)
{
    const char *s = field_first(&reader->fields, name);
    bool brackets = s && strchr(s, '<');
    while (s && *s) {
        if (brackets) {
            const char *open = strchr(s, '<');
            const char *close = open ? strchr(open, '>') : NULL;
            if (!close)
                return;
            add_id(reader, ids, open + 1, (size_t)(close - open - 1));
            s = close + 1;
        } else {
            s += strspn(s, " \t,");
            size_t n = strcspn(s, " \t,");
            if (memchr(s, '@', n))
                add_id(reader, ids, s, n);
            s += n;
        }
    }
}

const char *mail_one_id(struct arena *arena, const char *value)
{
    const char *open = strchr(value, '<');
    const char *close = open ? strchr(open, '>') : NULL;
    if (close)
        return value_clean(arena, arena_strndup(arena, open + 1, (size_t)(close - open - 1)));
    value += strspn(value, " \t\n");
    size_t n = strcspn(value, " \t\n,>");
    return memchr(value, '@', n) ? value_clean(arena, arena_strndup(arena, value, n)) : NULL;
}

static void read_message_id(struct reader *reader)
{
    struct texts ids = {NULL, 0};
    read_ids(reader, "Message-ID", &ids);
    if (ids.n > 0)
        reader->mail->message_id = ids.v[0];
    else
        reader_defect(reader, "no-message-id");
}

/* ---- Received ---- */

/* The word behind a keyword, outside of comments. */
static const char *received_word(struct reader *reader, const char *s, const char *keyword)
{
    size_t length = strlen(keyword);
    for (s = skip_space(s); *s && *s != ';'; s = skip_space(s)) {
        size_t n = strcspn(s, " \t;(");
        bool here = n == length && strncasecmp(s, keyword, n) == 0;
        s += n ? n : 1;
        if (!here)
            continue;
        s = skip_space(s);
        char *word = arena_strndup(reader->arena, s, strcspn(s, " \t;("));
        return value_clean(reader->arena, text_lower(word));
    }
    return NULL;
}

/* "192.0.2.7" of "mail.spd.example [192.0.2.7]", or of an address alone, as Exchange writes it. */
static const char *seen_ip(struct arena *arena, const char *seen)
{
    const char *open = strchr(seen, '[');
    const char *ip = open ? open + 1 : seen;
    ip += text_starts(ip, "ipv6:") ? strlen("ipv6:") : 0;
    ip += text_starts(ip, "::ffff:") ? strlen("::ffff:") : 0;
    size_t n = strspn(ip, "0123456789abcdef.:");
    if (n == 0 || !strpbrk(ip, ".:") || (ip[n] != '\0' && ip[n] != ']'))
        return NULL;
    return arena_strndup(arena, ip, n);
}

static bool is_loopback(const char *ip)
{
    return text_starts(ip, "127.") || strcmp(ip, "::1") == 0;
}

/* RFC 1918, 4193 and 3927: nobody outside has one. */
static bool is_private(const char *ip)
{
    if (text_starts(ip, "172.")) {
        long second = strtol(ip + strlen("172."), NULL, 10);
        return second >= 16 && second <= 31;
    }
    return text_starts(ip, "10.") || text_starts(ip, "192.168.") || text_starts(ip, "169.254.") ||
           (strchr(ip, ':') &&
            (text_starts(ip, "fc") || text_starts(ip, "fd") || text_starts(ip, "fe80:")));
}

/* Whoever hands a mail in calls himself as he likes: where the server has seen somebody else
 * ("from localhost (evil.example [198.51.100.6])"), that one it is. */
static const char *choose_peer(struct arena *arena, const char *name, const char *seen,
                               bool doubted)
{
    const char *ip = seen_ip(arena, seen);
    size_t n = strcspn(seen, " [");
    bool named = n > 0 && text_starts(seen + n, " [");
    if (!ip || is_loopback(ip))
        return name;
    if (text_equal_nocase(name, "localhost") || (named && doubted))
        return ip;
    if (is_private(ip) || !named || (strlen(name) == n && strncmp(name, seen, n) == 0))
        return name;
    return value_clean(arena, arena_strndup(arena, seen, n));
}

/* The name behind "from", with what the server says of it in brackets. */
static const char *received_from(struct reader *reader, const char *value)
{
    const char *name = received_word(reader, value, "from");
    const char *s = skip_space(value);
    if (!name || strncasecmp(s, "from ", 5) != 0)
        return name;
    s = skip_space(s + 5);
    s += strcspn(s, " \t;(");
    s += strspn(s, " \t");
    if (*s != '(')
        return name;
    size_t length = strcspn(++s, "()");
    bool doubted = text_starts(s + length, "(may be forged"); /* sendmail's word */
    return choose_peer(reader->arena, name, text_lower(arena_strndup(reader->arena, s, length)),
                       doubted);
}

static void add_hop(struct reader *reader, const char *value)
{
    struct mail *mail = reader->mail;
    if (mail->hop_count == MAIL_MAX_HOPS) {
        reader_defect(reader, "too-many-hops");
        return;
    }
    if (mail->hop_count % 16 == 0)
        mail->hops = arena_grow(reader->arena, mail->hops, mail->hop_count, mail->hop_count + 16,
                                sizeof *mail->hops);
    struct mail_hop *hop = &mail->hops[mail->hop_count++];
    hop->by = received_word(reader, value, "by");
    hop->from = received_from(reader, value);
    const char *date = strrchr(value, ';');
    int offset;
    if (!date || !mail_date_parse(date + 1, &hop->at, &offset))
        hop->at = MOMENT_NONE;
}

/* ---- Authentication-Results ---- */

/* Servers write above what they get; what stands below one of these came with the mail. */
static bool is_by_the_sender(const char *name)
{
    static const char *const names[] = {"From",   "To",         "Cc",           "Subject", "Date",
                                        "Sender", "Message-ID", "MIME-Version", "Reply-To"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcasecmp(name, names[i]) == 0)
            return true;
    return false;
}

static void add_authres(struct reader *reader, struct mail_authres **list, size_t *n,
                        const struct field *field, size_t hops)
{
    const char *value = value_clean(reader->arena, field->value);
    if (!value || strlen(value) > MAIL_MAX_AUTHRES_VALUE || hops > MAIL_MAX_HOPS ||
        *n == MAIL_MAX_AUTHRES)
        return;
    *list = arena_grow(reader->arena, *list, *n, *n + 1, sizeof **list);
    (*list)[(*n)++] = (struct mail_authres){value, hops};
}

static void read_authres(struct reader *reader)
{
    struct mail *mail = reader->mail;
    size_t hops = 0;
    bool below = false;
    for (size_t i = 0; i < reader->fields.n; i++) {
        const struct field *field = &reader->fields.v[i];
        bool arc = strcasecmp(field->name, "ARC-Authentication-Results") == 0;
        below = below || is_by_the_sender(field->name);
        hops += strcasecmp(field->name, "Received") == 0;
        if (!arc && strcasecmp(field->name, "Authentication-Results") != 0)
            continue;
        if (arc || below)
            add_authres(reader, &mail->claims, &mail->claim_count, field,
                        below ? MAIL_MAX_HOPS : hops);
        else
            add_authres(reader, &mail->authres, &mail->authres_count, field, hops);
    }
}

/* ---- From as it is written ---- */

/* Those that hide or reorder what is written; marks of direction, joiners and variants are at home
 * in honest names. */
static bool has_hidden(const char *s)
{
    static const char *const characters[] = {
        "\u00ad", "\u115f", "\u180e", "\u200b", "\u202a", "\u202b", "\u202d", "\u202e", "\u2060",
        "\u2062", "\u2063", "\u2064", "\u2066", "\u2067", "\u2068", "\u3164", "\ufeff"};
    for (const char *c = s; *c; c++)
        if (((unsigned char)*c < ' ' && *c != '\t') || *c == 0x7f)
            return true;
    for (size_t i = 0; i < sizeof characters / sizeof *characters; i++)
        if (strstr(s, characters[i]))
            return true;
    return false;
}

static void read_written(struct reader *reader)
{
    struct texts *written = &reader->mail->from_written;
    for (size_t i = 0; i < reader->fields.n; i++) {
        const struct field *field = &reader->fields.v[i];
        if (strcasecmp(field->name, "From") != 0)
            continue;
        if (field->controls)
            reader_defect(reader, "control-in-from");
        if (has_hidden(words_decode(reader->arena, field->value)))
            reader_defect(reader, "hidden-in-from");
        const char *value = value_keep(reader->arena, field->value);
        bool fits = value && strlen(value) <= MAIL_MAX_WRITTEN_VALUE;
        if (written->n < MAIL_MAX_WRITTEN)
            texts_add(written, reader->arena, fits ? value : "");
    }
}

/* ---- all ---- */

/* fields that a mail has once */
static const char *const single[] = {"From",       "Sender", "Date", "Subject",
                                     "Message-ID", "To",     "Cc",   "Reply-To"};

void mail_read_fields(struct reader *reader)
{
    struct mail *mail = reader->mail;
    read_addresses(reader, "From", &mail->from);
    read_addresses(reader, "Sender", &mail->sender);
    read_addresses(reader, "To", &mail->to);
    read_addresses(reader, "Cc", &mail->cc);
    read_addresses(reader, "Reply-To", &mail->reply_to);
    read_addresses(reader, "Resent-From", &mail->resent_from);
    read_addresses(reader, "Resent-Sender", &mail->resent_from);
    read_written(reader);
    if (mail->from.n == 0)
        reader_defect(reader, "no-from");
    const char *subject = field_first(&reader->fields, "Subject");
    mail->subject = subject ? decode_value(reader, subject) : NULL;
    read_date(reader);
    read_message_id(reader);
    read_ids(reader, "In-Reply-To", &mail->in_reply_to);
    read_ids(reader, "References", &mail->references);
    for (size_t i = 0; i < reader->fields.n; i++)
        if (strcasecmp(reader->fields.v[i].name, "Received") == 0)
            add_hop(reader, reader->fields.v[i].value);
    read_authres(reader);
    read_delivered(reader);
    read_return_path(reader);
    for (size_t i = 0; i < sizeof single / sizeof *single; i++)
        if (field_count(&reader->fields, single[i]) > 1)
            reader_defect(reader, "field-twice");
}
