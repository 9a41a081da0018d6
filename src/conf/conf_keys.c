/* SPDX-License-Identifier: EUPL-1.2 */
#include "conf/conf_keys.h"

#include "conf/conf_tree.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define AT(structure, member) .offset = offsetof(struct structure, member)

/* CLERK knows what is decided and written, WATCH and SEND how to log in to their servers. */
#define CLERK CONF_FOR_CLERK
#define WATCH CONF_FOR_WATCH
#define SEND CONF_FOR_SEND
#define ALL CONF_FOR_ALL
#define READER CONF_FOR_READER

/* The order of the words is the order of the enums in conf.h. */
static const char *const tls_words[] = {"implicit", "starttls", "none", NULL};
static const char *const auth_words[] = {"plain", "xoauth2", "oauthbearer", NULL};
static const char *const unit_words[] = {"calendar", "werktage", "arbeitstage", "hours", NULL};
static const char *const count_words[] = {"before", "clear", "inclusive", NULL};
static const char *const list_mode_words[] = {"each", "daily", NULL};
static const char *const answers_words[] = {"send", "hold", NULL};
static const char *const trust_words[] = {"unknown", "listed", "authenticated", "signed", NULL};

static const char *const language_words[] = {"de", "en", NULL};
static const char *const state_words[] = {"BW", "BY", "BE", "BB", "HB", "HH", "HE", "MV", "NI",
                                          "NW", "RP", "SL", "SN", "ST", "SH", "TH", NULL};
static const char *const notify_words[] = {"held", "failed", "withdrawn", "registered", NULL};
static const char *const profile_words[] = {"exchange-online", NULL};
/* motion/ is above this folder and has its own enum of them; a test keeps both alike */
static const char *const kind_words[] = {"motion",     "urgent-motion", "amendment",
                                         "supplement", "inquiry",       "review-request",
                                         "resolution", "budget-motion", "convening-demand",
                                         "withdrawal", "replacement",   "citizen-suggestion",
                                         NULL};

/* The keys of every server: S is the struct, M the member that begins them, WHO may see all but the
 * login, NAME its name, too, LOGIN all of it. */
#define SERVER_KEYS(S, M, WHO, NAME, LOGIN)                                                       \
    {.name = "directory",                                                                         \
     .type = CONF_TYPE_TEXT,                                                                      \
     AT(S, M.directory),                                                                          \
     .check = conf_form_path,                                                                     \
     .audience = WHO,                                                                             \
     .sentence = "A folder of .eml files instead of a server, for tests and trial runs."},        \
        {.name = "host",                                                                          \
         .type = CONF_TYPE_TEXT,                                                                  \
         AT(S, M.host),                                                                           \
         .check = conf_form_host,                                                                 \
         .audience = WHO,                                                                         \
         .sentence = "The server's name, which its certificate must bear."},                      \
        {.name = "port",                                                                          \
         .type = CONF_TYPE_NUMBER,                                                                \
         AT(S, M.port),                                                                           \
         .derived = "the usual one",                                                              \
         .min = 1,                                                                                \
         .max = 65535,                                                                            \
         .audience = WHO,                                                                         \
         .sentence = "The server's TCP port."},                                                   \
        {.name = "tls",                                                                           \
         .type = CONF_TYPE_WORD,                                                                  \
         AT(S, M.tls),                                                                            \
         .fallback = "implicit",                                                                  \
         .words = tls_words,                                                                      \
         .audience = WHO,                                                                         \
         .sentence = "How the connection is protected; none only with loopback hosts."},          \
        {.name = "ca-file",                                                                       \
         .type = CONF_TYPE_TEXT,                                                                  \
         AT(S, M.ca_file),                                                                        \
         .fallback = "/etc/ssl/certs/ca-certificates.crt",                                        \
         .check = conf_form_path,                                                                 \
         .audience = WHO,                                                                         \
         .sentence = "The certificate authorities that the server's certificate may come from."}, \
        {.name = "user",                                                                          \
         .type = CONF_TYPE_TEXT,                                                                  \
         AT(S, M.user),                                                                           \
         .check = conf_form_name,                                                                 \
         .audience = NAME,                                                                        \
         .sentence = "The name to log in with."},                                                 \
        {.name = "password-file",                                                                 \
         .type = CONF_TYPE_TEXT,                                                                  \
         AT(S, M.password_file),                                                                  \
         .check = conf_form_path,                                                                 \
         .audience = LOGIN,                                                                       \
         .sentence = "A file with the password, readable by its owner only."},                    \
        {.name = "password-command",                                                              \
         .type = CONF_TYPE_TEXTS,                                                                 \
         AT(S, M.password_command),                                                               \
         .audience = LOGIN,                                                                       \
         .sentence = "A program and its arguments that prints the password."},                    \
        {.name = "password-credential",                                                           \
         .type = CONF_TYPE_TEXT,                                                                  \
         AT(S, M.password_credential),                                                            \
         .check = conf_form_credential,                                                           \
         .audience = LOGIN,                                                                       \
         .sentence = "The name of a systemd credential that holds the password."},                \
        {.name = "auth",                                                                          \
         .type = CONF_TYPE_WORD,                                                                  \
         AT(S, M.auth),                                                                           \
         .fallback = "plain",                                                                     \
         .words = auth_words,                                                                     \
         .audience = LOGIN,                                                                       \
         .sentence = "How to log in; all but plain need token-command."},                         \
    {                                                                                             \
        .name = "token-command", .type = CONF_TYPE_TEXTS, AT(S, M.token_command),                 \
        .audience = LOGIN,                                                                        \
        .sentence = "A program and its arguments that prints an OAuth 2.0 access token."          \
    }

/* ---- submission ---- */

/* so that the keys of a server can be named alike in both places */
struct submission {
    struct conf_server server;
};

static const struct conf_key submission_keys[] = {
    SERVER_KEYS(submission, server, CLERK | SEND, CLERK | SEND, SEND),
    {.name = "max-per-minute",
     .type = CONF_TYPE_NUMBER,
     AT(submission, server.max_per_minute),
     .fallback = "0",
     .min = 0,
     .max = 100000,
     .audience = CLERK | SEND,
     .sentence = "The most mails that are sent in a minute; 0 is no limit."},
};

static const struct conf_section submission_section = {
    .name = "submission",
    .size = sizeof(struct conf_server),
    .set_offset = offsetof(struct conf_server, set),
    .keys = submission_keys,
    .key_count = COUNT(submission_keys),
};

/* ---- deadline ---- */

static const struct conf_key deadline_keys[] = {
    {.name = "days",
     .type = CONF_TYPE_NUMBER,
     AT(conf_deadline, days),
     .min = 0,
     .max = 1000,
     .audience = CLERK,
     .required = true,
     .sentence = "How many units before the meeting a motion must have arrived."},
    {.name = "unit",
     .type = CONF_TYPE_WORD,
     AT(conf_deadline, unit),
     .fallback = "calendar",
     .words = unit_words,
     .audience = CLERK,
     .sentence = "What is counted; werktage are Monday to Saturday, arbeitstage Monday to Friday."},
    {.name = "cutoff",
     .type = CONF_TYPE_TIME,
     AT(conf_deadline, cutoff),
     .fallback = "24:00",
     .audience = CLERK,
     .sentence = "The time of the last day before which an arrival is in time."},
    {.name = "count",
     .type = CONF_TYPE_WORD,
     AT(conf_deadline, count),
     .fallback = "before",
     .words = count_words,
     .audience = CLERK,
     .sentence = "How the days at both ends are counted."},
    {.name = "kinds",
     .type = CONF_TYPE_TEXTS,
     AT(conf_deadline, kinds),
     .words = kind_words,
     .audience = CLERK,
     .sentence = "The kinds of motion it applies to; left out, all but amendment, supplement and "
                 "urgent-motion."},
    {.name = "text",
     .type = CONF_TYPE_TEXT,
     AT(conf_deadline, text),
     .audience = CLERK,
     .sentence = "Where the rule stands, as answers shall name it."},
};

static const struct conf_section deadline_section = {
    .name = "deadline",
    .size = sizeof(struct conf_deadline),
    .set_offset = offsetof(struct conf_deadline, set),
    .keys = deadline_keys,
    .key_count = COUNT(deadline_keys),
};

/* ---- mayor ---- */

static const struct conf_key mayor_keys[] = {
    {.name = "offices",
     .type = CONF_TYPE_TEXTS,
     AT(conf_mayor, offices),
     .check = conf_form_name,
     .audience = CLERK,
     .sentence = "What the mayor is called in the addressee of a letter."},
    {.name = "name",
     .type = CONF_TYPE_TEXT,
     AT(conf_mayor, name),
     .check = conf_form_name,
     .audience = CLERK,
     .sentence = "The mayor's own name."},
    {.name = "addresses",
     .type = CONF_TYPE_TEXTS,
     AT(conf_mayor, addresses),
     .check = conf_form_address,
     .audience = CLERK,
     .sentence = "The mayor's addresses; a mail to one of them is addressed to the mayor."},
};

static const struct conf_section mayor_section = {
    .name = "mayor",
    .size = sizeof(struct conf_mayor),
    .set_offset = CONF_ALWAYS,
    .keys = mayor_keys,
    .key_count = COUNT(mayor_keys),
};

/* ---- retention ---- */

static const struct conf_key retention_keys[] = {
    {.name = "ignored-days",
     .type = CONF_TYPE_NUMBER,
     AT(conf_retention, ignored_days),
     .fallback = "30",
     .min = 0,
     .max = 36500,
     .audience = CLERK,
     .sentence = "Days after which an ignored mail is erased; 0 is never."},
    {.name = "held-days",
     .type = CONF_TYPE_NUMBER,
     AT(conf_retention, held_days),
     .fallback = "180",
     .min = 0,
     .max = 36500,
     .audience = CLERK,
     .sentence = "Days after which a mail that nobody decided on is erased; 0 is never."},
};

static const struct conf_section retention_section = {
    .name = "retention",
    .size = sizeof(struct conf_retention),
    .set_offset = CONF_ALWAYS,
    .keys = retention_keys,
    .key_count = COUNT(retention_keys),
};

/* ---- mailbox ---- */

static const struct conf_key mailbox_keys[] = {
    SERVER_KEYS(conf_mailbox, server, CLERK | WATCH, WATCH, WATCH),
    {.name = "addresses",
     .type = CONF_TYPE_TEXTS,
     AT(conf_mailbox, addresses),
     .check = conf_form_address,
     .audience = CLERK | WATCH,
     .required = true,
     .sentence = "The addresses whose mail is delivered into it."},
    {.name = "folder",
     .type = CONF_TYPE_TEXT,
     AT(conf_mailbox, folder),
     .fallback = "INBOX",
     .check = conf_form_name,
     .audience = CLERK | WATCH,
     .sentence = "The folder that is watched."},
    {.name = "done-folder",
     .type = CONF_TYPE_TEXT,
     AT(conf_mailbox, done_folder),
     .fallback = "Registriert",
     .audience = CLERK | WATCH,
     .sentence = "Where registered mails and their duplicates are moved; \"\" leaves them."},
    {.name = "junk-folder",
     .type = CONF_TYPE_TEXT,
     AT(conf_mailbox, junk_folder),
     .fallback = "",
     .audience = CLERK | WATCH,
     .sentence = "A folder that is looked into for mail of listed senders only; \"\" is none."},
    {.name = "sent-folder",
     .type = CONF_TYPE_TEXT,
     AT(conf_mailbox, sent_folder),
     .fallback = "",
     .audience = CLERK | WATCH,
     .sentence = "Where a copy of every acknowledgement is put; \"\" is nowhere."},
    {.name = "own-servers",
     .type = CONF_TYPE_TEXTS,
     AT(conf_mailbox, own_servers),
     .check = conf_form_host,
     .audience = CLERK | WATCH,
     .sentence = "The town's own mail servers, to find the time a mail entered the town."},
    {.name = "ignore-before",
     .type = CONF_TYPE_START,
     AT(conf_mailbox, ignore_before),
     .fallback = "",
     .audience = CLERK | WATCH,
     .sentence = "Mails that arrived earlier are left alone and counted as ignored."},
    {.name = "poll",
     .type = CONF_TYPE_NUMBER,
     AT(conf_mailbox, poll),
     .fallback = "60",
     .min = 1,
     .max = 86400,
     .audience = CLERK | WATCH,
     .sentence = "Seconds between visits to a server without IDLE."},
    {.name = "renew",
     .type = CONF_TYPE_NUMBER,
     AT(conf_mailbox, renew),
     .fallback = "300",
     .min = 1,
     .max = 1740, /* RFC 2177: at least every 29 minutes */
     .audience = CLERK | WATCH,
     .sentence = "Seconds after which IDLE is renewed and the folder read through."},
};

static const struct conf_section mailbox_section = {
    .name = "mailbox",
    .size = sizeof(struct conf_mailbox),
    .titled = true,
    .title_offset = offsetof(struct conf_mailbox, name),
    .check_title = conf_form_name,
    .set_offset = offsetof(struct conf_mailbox, server.set),
    .keys = mailbox_keys,
    .key_count = COUNT(mailbox_keys),
};

/* ---- council ---- */

static const struct conf_key council_keys[] = {
    {.name = "aliases",
     .type = CONF_TYPE_TEXTS,
     AT(conf_council, aliases),
     .check = conf_form_name,
     .audience = CLERK,
     .sentence = "What else it is called in letters."},
    {.name = "meetings",
     .type = CONF_TYPE_MEETINGS,
     AT(conf_council, meetings),
     .audience = CLERK,
     .sentence = "Its known meetings."},
};

static const struct conf_child council_children[] = {
    {.section = &deadline_section, AT(conf_council, deadline), .audience = CLERK},
};

static const struct conf_section council_section = {
    .name = "council",
    .size = sizeof(struct conf_council),
    .titled = true,
    .title_offset = offsetof(struct conf_council, name),
    .check_title = conf_form_name,
    .set_offset = CONF_ALWAYS,
    .keys = council_keys,
    .key_count = COUNT(council_keys),
    .children = council_children,
    .child_count = COUNT(council_children),
};

/* ---- faction and member ---- */

static const struct conf_key member_keys[] = {
    {.name = "name",
     .type = CONF_TYPE_TEXT,
     AT(conf_member, name),
     .derived = "the address",
     .check = conf_form_name,
     .audience = CLERK,
     .sentence = "The member's name."},
    {.name = "role",
     .type = CONF_TYPE_TEXT,
     AT(conf_member, role),
     .audience = CLERK,
     .sentence = "The member's role in the faction."},
    {.name = "chair",
     .type = CONF_TYPE_BOOL,
     AT(conf_member, chair),
     .derived = "yes where the role says so",
     .audience = CLERK,
     .sentence = "Whether the member leads the faction."},
    {.name = "addresses",
     .type = CONF_TYPE_TEXTS,
     AT(conf_member, addresses),
     .check = conf_form_address,
     .audience = CLERK,
     .sentence = "Further addresses of the same person; answers go to the title."},
    {.name = "since",
     .type = CONF_TYPE_DAY,
     AT(conf_member, since),
     .audience = CLERK,
     .sentence = "The first day of membership."},
    {.name = "until",
     .type = CONF_TYPE_DAY,
     AT(conf_member, until),
     .audience = CLERK,
     .sentence = "The last day of membership."},
    {.name = "certificate",
     .type = CONF_TYPE_TEXT,
     AT(conf_member, certificate),
     .check = conf_form_path,
     .audience = CLERK,
     .sentence = "The member's S/MIME certificate, a PEM file."},
    {.name = "submit",
     .type = CONF_TYPE_BOOL,
     AT(conf_member, submit),
     .fallback = "yes",
     .audience = CLERK,
     .sentence = "Whether the member may hand in motions for the faction; else they are held."},
    {.name = "acknowledge",
     .type = CONF_TYPE_BOOL,
     AT(conf_member, acknowledge),
     .fallback = "yes",
     .audience = CLERK,
     .sentence = "Whether the member gets the acknowledgements of the faction's motions."},
};

static const struct conf_section member_section = {
    .name = "member",
    .size = sizeof(struct conf_member),
    .titled = true,
    .title_offset = offsetof(struct conf_member, address),
    .check_title = conf_form_address,
    .set_offset = CONF_ALWAYS,
    .keys = member_keys,
    .key_count = COUNT(member_keys),
};

static const struct conf_key faction_keys[] = {
    {.name = "name",
     .type = CONF_TYPE_TEXT,
     AT(conf_faction, name),
     .derived = "the title",
     .check = conf_form_name,
     .audience = CLERK,
     .sentence = "The faction's full name."},
    {.name = "aliases",
     .type = CONF_TYPE_TEXTS,
     AT(conf_faction, aliases),
     .check = conf_form_name,
     .audience = CLERK,
     .sentence = "What else it is called in letters."},
};

static const struct conf_child faction_children[] = {
    {.section = &member_section,
     .many = true,
     AT(conf_faction, members),
     .count_offset = offsetof(struct conf_faction, member_count),
     .audience = CLERK},
};

static const struct conf_section faction_section = {
    .name = "faction",
    .size = sizeof(struct conf_faction),
    .titled = true,
    .title_offset = offsetof(struct conf_faction, title),
    .check_title = conf_form_name,
    .set_offset = CONF_ALWAYS,
    .keys = faction_keys,
    .key_count = COUNT(faction_keys),
    .children = faction_children,
    .child_count = COUNT(faction_children),
};

/* ---- body ---- */

static const struct conf_key body_keys[] = {
    {.name = "name",
     .type = CONF_TYPE_TEXT,
     AT(conf_body, name),
     .check = conf_form_name,
     .audience = CLERK,
     .required = true,
     .sentence = "The municipality's name as it stands in answers."},
    {.name = "language",
     .type = CONF_TYPE_TEXT,
     AT(conf_body, language),
     .fallback = "de",
     .words = language_words,
     .audience = CLERK,
     .sentence = "The language of the answers."},
    {.name = "time-zone",
     .type = CONF_TYPE_TEXT,
     AT(conf_body, time_zone),
     .fallback = "Europe/Berlin",
     .audience = ALL,
     .sentence = "The zone of all local times; for now the same in all bodies."},
    {.name = "state",
     .type = CONF_TYPE_TEXT,
     AT(conf_body, state),
     .words = state_words,
     .audience = CLERK,
     .sentence = "The Land whose public holidays count; werktage and arbeitstage need it."},
    {.name = "holidays",
     .type = CONF_TYPE_DAYS,
     AT(conf_body, holidays),
     .audience = CLERK,
     .sentence = "Local holidays besides those of the Land."},
    {.name = "number",
     .type = CONF_TYPE_TEXT,
     AT(conf_body, number),
     .fallback = "A/%Y/%4n",
     .check = conf_form_number,
     .audience = CLERK,
     .sentence = "The form of a motion's number: %Y the year of arrival, %n the counter, %4n with "
                 "at least four digits, %% a percent sign."},
    {.name = "from",
     .type = CONF_TYPE_TEXT,
     AT(conf_body, from),
     .check = conf_form_from,
     .audience = CLERK | SEND,
     .required = true,
     .sentence = "The sender of all answers; one of the mailboxes must receive its address."},
    {.name = "bounce-address",
     .type = CONF_TYPE_TEXT,
     AT(conf_body, bounce_address),
     .check = conf_form_address,
     .audience = CLERK,
     .sentence = "Where reports on answers come back to, with a mark of each answer behind \"+\"."},
    {.name = "contact",
     .type = CONF_TYPE_TEXT,
     AT(conf_body, contact),
     .derived = "the first of office, else the address of from",
     .check = conf_form_name,
     .audience = CLERK,
     .sentence = "Whom to ask; stands in every answer."},
    {.name = "privacy-notice",
     .type = CONF_TYPE_TEXT,
     AT(conf_body, privacy_notice),
     .check = conf_form_name,
     .audience = CLERK,
     .sentence = "Where the privacy notice is; stands in every answer."},
    {.name = "office",
     .type = CONF_TYPE_TEXTS,
     AT(conf_body, office),
     .check = conf_form_address,
     .audience = CLERK,
     .sentence = "The addresses that are told what needs a person."},
    {.name = "notify",
     .type = CONF_TYPE_TEXTS,
     AT(conf_body, notify),
     .fallback = "held failed withdrawn",
     .words = notify_words,
     .audience = CLERK,
     .sentence = "What the office is told of at once."},
    {.name = "remind-after",
     .type = CONF_TYPE_NUMBER,
     AT(conf_body, remind_after),
     .fallback = "24",
     .min = 1,
     .max = 8760,
     .audience = CLERK,
     .sentence = "Hours after which the office is told of a held mail again."},
    {.name = "book-at",
     .type = CONF_TYPE_TIME,
     AT(conf_body, book_at),
     .fallback = "07:00",
     .min = -1,
     .audience = CLERK,
     .sentence = "When the office gets the day's book; empty is never."},
    {.name = "max-answers-per-hour",
     .type = CONF_TYPE_NUMBER,
     AT(conf_body, max_answers_per_hour),
     .fallback = "40",
     .min = 0,
     .max = 100000,
     .audience = CLERK,
     .sentence = "The most mails of one faction that are answered in an hour, the others are "
                 "later; 0 is no limit."},
    {.name = "list",
     .type = CONF_TYPE_TEXT,
     AT(conf_body, list),
     .check = conf_form_address,
     .audience = CLERK,
     .sentence = "The mailing list that gets a confirmation for every motion."},
    {.name = "list-trust",
     .type = CONF_TYPE_WORD,
     AT(conf_body, list_trust),
     .fallback = "listed",
     .words = trust_words,
     .min = TRUST_LISTED,
     .audience = CLERK,
     .sentence = "Below this trust a confirmation waits for antragctl release."},
    {.name = "list-mode",
     .type = CONF_TYPE_WORD,
     AT(conf_body, list_mode),
     .fallback = "each",
     .words = list_mode_words,
     .audience = CLERK,
     .sentence =
         "Whether the list gets each confirmation by itself, or one mail a day at book-at."},
    {.name = "max-size",
     .type = CONF_TYPE_SIZE,
     AT(conf_body, max_size),
     .fallback = "50",
     .min = 1,
     .max = 1024,
     .audience = CLERK | WATCH,
     .sentence = "Of a larger mail only the headers are fetched, and it is held; in MB of 1048576 "
                 "bytes."},
    {.name = "answers",
     .type = CONF_TYPE_WORD,
     AT(conf_body, answers),
     .fallback = "send",
     .words = answers_words,
     .audience = CLERK,
     .sentence = "With hold, motions are registered and answers wait in the outbox."},
    {.name = "required-trust",
     .type = CONF_TYPE_WORD,
     AT(conf_body, required_trust),
     .fallback = "listed",
     .words = trust_words,
     .min = TRUST_LISTED,
     .audience = CLERK,
     .sentence = "Below this trust a mail is held."},
    {.name = "authserv-id",
     .type = CONF_TYPE_TEXTS,
     AT(conf_body, authserv_id),
     .check = conf_form_name,
     .audience = CLERK,
     .sentence = "The servers whose Authentication-Results are believed."},
    {.name = "authres-profile",
     .type = CONF_TYPE_TEXT,
     AT(conf_body, authres_profile),
     .words = profile_words,
     .audience = CLERK,
     .sentence = "For servers whose Authentication-Results name no server."},
    {.name = "trusted-ca",
     .type = CONF_TYPE_TEXT,
     AT(conf_body, trusted_ca),
     .check = conf_form_path,
     .audience = CLERK | READER,
     .sentence = "The S/MIME authorities, a PEM file; without it only pinned certificates prove "
                 "something."},
    {.name = "crl-file",
     .type = CONF_TYPE_TEXT,
     AT(conf_body, crl_file),
     .check = conf_form_path,
     .audience = CLERK | READER,
     .sentence = "What the S/MIME authorities have revoked, a PEM file."},
    {.name = "forwarders",
     .type = CONF_TYPE_TEXTS,
     AT(conf_body, forwarders),
     .check = conf_form_address,
     .audience = CLERK,
     .sentence = "Town staff: a motion that they forward counts as its inner sender's."},
    {.name = "roster-file",
     .type = CONF_TYPE_TEXT,
     AT(conf_body, roster_file),
     .check = conf_form_path,
     .audience = CLERK,
     .sentence = "Factions and members as CSV, read again when it changes."},
    {.name = "meetings-file",
     .type = CONF_TYPE_TEXT,
     AT(conf_body, meetings_file),
     .check = conf_form_path,
     .audience = CLERK,
     .sentence = "Meetings as CSV, read again when it changes."},
    {.name = "template-directory",
     .type = CONF_TYPE_TEXT,
     AT(conf_body, template_directory),
     .check = conf_form_path,
     .audience = CLERK,
     .sentence = "Answers in the town's own words: a folder with files in place of the built-in."},
};

static const struct conf_child body_children[] = {
    {.section = &submission_section, AT(conf_body, submission), .audience = CLERK | SEND},
    {.section = &deadline_section, AT(conf_body, deadline), .audience = CLERK},
    {.section = &retention_section, AT(conf_body, retention), .audience = CLERK},
    {.section = &mayor_section, AT(conf_body, mayor), .audience = CLERK},
    {.section = &mailbox_section,
     .many = true,
     AT(conf_body, mailboxes),
     .count_offset = offsetof(struct conf_body, mailbox_count),
     .audience = CLERK | WATCH},
    {.section = &council_section,
     .many = true,
     AT(conf_body, councils),
     .count_offset = offsetof(struct conf_body, council_count),
     .audience = CLERK},
    {.section = &faction_section,
     .many = true,
     AT(conf_body, factions),
     .count_offset = offsetof(struct conf_body, faction_count),
     .audience = CLERK},
};

static const struct conf_section body_section = {
    .name = "body",
    .size = sizeof(struct conf_body),
    .titled = true,
    .title_offset = offsetof(struct conf_body, id),
    .check_title = conf_form_name,
    .set_offset = CONF_ALWAYS,
    .keys = body_keys,
    .key_count = COUNT(body_keys),
    .children = body_children,
    .child_count = COUNT(body_children),
};

/* ---- the file ---- */

static const struct conf_key root_keys[] = {
    {.name = "state-directory",
     .type = CONF_TYPE_TEXT,
     AT(conf, state_directory),
     .fallback = "/var/lib/antragd",
     .check = conf_form_path,
     .audience = CLERK,
     .sentence = "Where the registry and the mails are kept; made with mode 0700."},
    {.name = "control-socket",
     .type = CONF_TYPE_TEXT,
     AT(conf, control_socket),
     .check = conf_form_path,
     .audience = CLERK,
     .sentence = "The socket by which antragctl(8) asks the daemon."},
    {.name = "control-group",
     .type = CONF_TYPE_TEXT,
     AT(conf, control_group),
     .fallback = "antragd",
     .check = conf_form_name,
     .audience = CLERK,
     .sentence = "Whose members may decide, beside root and the daemon's user."},
    {.name = "ocr",
     .type = CONF_TYPE_BOOL,
     AT(conf, ocr),
     .fallback = "no",
     .audience = CLERK | READER,
     .sentence =
         "Whether letters that are pictures are read with tesseract; answers then say OCR."},
    {.name = "checkpoint-file",
     .type = CONF_TYPE_TEXT,
     AT(conf, checkpoint_file),
     .check = conf_form_path,
     .audience = CLERK,
     .sentence = "Where the last checkpoint is written once more, best on another disk."},
};

static const struct conf_child root_children[] = {
    {.section = &submission_section, AT(conf, submission), .audience = CLERK | SEND},
    {.section = &body_section,
     .many = true,
     AT(conf, bodies),
     .count_offset = offsetof(struct conf, body_count),
     .audience = ALL | READER},
};

const struct conf_section conf_root = {
    .name = "",
    .size = sizeof(struct conf),
    .set_offset = CONF_ALWAYS,
    .keys = root_keys,
    .key_count = COUNT(root_keys),
    .children = root_children,
    .child_count = COUNT(root_children),
};

const char *conf_type_name(enum conf_type type)
{
    switch (type) {
    case CONF_TYPE_TEXT:
        return "text";
    case CONF_TYPE_TEXTS:
        return "list of texts";
    case CONF_TYPE_NUMBER:
        return "number";
    case CONF_TYPE_BOOL:
        return "yes or no";
    case CONF_TYPE_WORD:
        return "word";
    case CONF_TYPE_DAY:
        return "day";
    case CONF_TYPE_START:
        return "day or time";
    case CONF_TYPE_DAYS:
        return "list of days";
    case CONF_TYPE_MEETINGS:
        return "list of meetings";
    case CONF_TYPE_TIME:
        return "time of day";
    case CONF_TYPE_SIZE:
        return "size in MB";
    }
    panic("conf_type_name: no type %d", (int)type);
}
