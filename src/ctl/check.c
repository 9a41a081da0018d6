/* SPDX-License-Identifier: EUPL-1.2 */
#include "ctl/check.h"

const struct check_limits check_defaults = {
    .visit_warning = 15 * 60,
    .visit_critical = 60 * 60,
    .unsent_warning = 60 * 60,
    .unsent_critical = 24 * 60 * 60,
    .unfiled_warning = 6 * 60 * 60,
    .failure_warning = 7 * 24 * 60 * 60,
};

/* What was found so far: the worst state, and a sentence for each thing that is not well. */
struct findings {
    struct arena *arena;
    enum check_state state;
    struct texts sentences;
};

const char *check_state_to_text(enum check_state state)
{
    static const char *const words[] = {
        [CHECK_OK] = "OK",
        [CHECK_WARNING] = "WARNING",
        [CHECK_CRITICAL] = "CRITICAL",
        [CHECK_UNKNOWN] = "UNKNOWN",
    };
    return words[state];
}

static void find(struct findings *findings, enum check_state state, const char *sentence)
{
    if (state > findings->state)
        findings->state = state;
    texts_add(&findings->sentences, findings->arena, sentence);
}

/* "12 s", "30 min", "5 h", "3 d" */
static const char *duration(struct arena *arena, int64_t seconds)
{
    if (seconds < 120)
        return arena_printf(arena, "%lld s", (long long)seconds);
    if (seconds < 2 * 3600)
        return arena_printf(arena, "%lld min", (long long)seconds / 60);
    if (seconds < 2 * 86400)
        return arena_printf(arena, "%lld h", (long long)seconds / 3600);
    return arena_printf(arena, "%lld d", (long long)seconds / 86400);
}

static int64_t age(const struct check_facts *facts, int64_t moment)
{
    return moment == MOMENT_NONE ? 0 : facts->now - moment;
}

/* A mailbox that is visited rarely by order is not late for that: three of its intervals. */
static void judge_mailbox(struct findings *findings, const struct check_facts *facts,
                          const struct check_limits *limits, const struct check_mailbox *mailbox)
{
    int64_t since = age(facts, mailbox->visited_at);
    int64_t warning = limits->visit_warning, critical = limits->visit_critical;
    if (warning < (int64_t)3 * mailbox->interval)
        warning = (int64_t)3 * mailbox->interval;
    if (critical < 2 * warning)
        critical = 2 * warning;
    const char *why =
        mailbox->trouble ? arena_printf(findings->arena, ": %s", mailbox->trouble) : "";
    if (mailbox->visited_at == MOMENT_NONE)
        find(findings, CHECK_CRITICAL,
             arena_printf(findings->arena, "mailbox %s was never visited%s", mailbox->name, why));
    else if (moment_is_ahead(mailbox->visited_at, facts->now))
        find(findings, CHECK_CRITICAL,
             arena_printf(findings->arena, "mailbox %s not visited since a clock was ahead%s",
                          mailbox->name, why));
    else if (since >= warning)
        find(findings, since >= critical ? CHECK_CRITICAL : CHECK_WARNING,
             arena_printf(findings->arena, "mailbox %s not visited for %s%s", mailbox->name,
                          duration(findings->arena, since), why));
    else if (mailbox->trouble)
        find(findings, CHECK_WARNING,
             arena_printf(findings->arena, "mailbox %s%s", mailbox->name, why));
}

static void judge_answers(struct findings *findings, const struct check_facts *facts,
                          const struct check_limits *limits)
{
    int64_t unsent = age(facts, facts->oldest_unsent);
    if (facts->newest_failure != MOMENT_NONE &&
        age(facts, facts->newest_failure) < limits->failure_warning)
        find(findings, CHECK_WARNING,
             arena_printf(findings->arena, "%lld answers failed, see antragctl outbox",
                          (long long)facts->failed));
    if (facts->oldest_unsent != MOMENT_NONE && unsent >= limits->unsent_warning)
        find(findings, unsent >= limits->unsent_critical ? CHECK_CRITICAL : CHECK_WARNING,
             arena_printf(findings->arena, "%lld answers are not handed in yet, the oldest for %s",
                          (long long)facts->unsent, duration(findings->arena, unsent)));
}

static void judge_copies(struct findings *findings, const struct check_facts *facts,
                         const struct check_limits *limits)
{
    int64_t unfiled = age(facts, facts->oldest_unfiled);
    if (facts->unfiled > 0 && unfiled >= limits->unfiled_warning)
        find(findings, CHECK_WARNING,
             arena_printf(findings->arena,
                          "%lld copies are not in the sent-folder yet, the oldest for %s",
                          (long long)facts->unfiled, duration(findings->arena, unfiled)));
}

static void judge_held(struct findings *findings, const struct check_facts *facts)
{
    if (facts->overdue > 0)
        find(findings, CHECK_WARNING,
             arena_printf(findings->arena,
                          "%lld mails wait too long for a person, the oldest for %s",
                          (long long)facts->overdue,
                          duration(findings->arena, age(facts, facts->oldest_held))));
}

static int64_t oldest_visit(const struct check_facts *facts)
{
    int64_t oldest = 0;
    for (size_t i = 0; i < facts->mailbox_count; i++)
        if (age(facts, facts->mailboxes[i].visited_at) > oldest)
            oldest = age(facts, facts->mailboxes[i].visited_at);
    return oldest;
}

static const char *performance(struct arena *arena, const struct check_facts *facts,
                               const struct check_limits *limits)
{
    return arena_printf(arena,
                        "mailboxes=%zu visit_age=%llds;%d;%d held=%lld held_overdue=%lld;0 "
                        "held_age=%llds waiting=%lld failed=%lld unsent=%lld "
                        "unsent_age=%llds;%d;%d unfiled=%lld",
                        facts->mailbox_count, (long long)oldest_visit(facts), limits->visit_warning,
                        limits->visit_critical, (long long)facts->held, (long long)facts->overdue,
                        (long long)age(facts, facts->oldest_held), (long long)facts->waiting,
                        (long long)facts->failed, (long long)facts->unsent,
                        (long long)age(facts, facts->oldest_unsent), limits->unsent_warning,
                        limits->unsent_critical, (long long)facts->unfiled);
}

/* A "|" in a sentence would end it, and whoever sends mail must not write our performance data. */
static char *one_line(struct arena *arena, const char *s)
{
    char *line = arena_strdup(arena, s);
    for (char *p = line; *p; p++)
        if (*p == '|' || (unsigned char)*p < 0x20)
            *p = ' ';
    return line;
}

enum check_state check_judge(struct arena *arena, const struct check_facts *facts,
                             const struct check_limits *limits, const char **line_r)
{
    struct findings findings = {.arena = arena, .state = CHECK_OK};
    if (facts->damage)
        find(&findings, CHECK_CRITICAL, facts->damage);
    if (!facts->running)
        find(&findings, CHECK_CRITICAL,
             arena_printf(arena, "antragd does not run (%s)", facts->not_running));
    for (size_t i = 0; i < facts->mailbox_count; i++)
        judge_mailbox(&findings, facts, limits, &facts->mailboxes[i]);
    judge_answers(&findings, facts, limits);
    judge_copies(&findings, facts, limits);
    judge_held(&findings, facts);
    const char *words = findings.sentences.n
                            ? text_join(arena, &findings.sentences, "; ")
                            : arena_printf(arena, "%zu mailboxes, %lld mails held",
                                           facts->mailbox_count, (long long)facts->held);
    *line_r = arena_printf(arena, "ANTRAGD %s - %s | %s", check_state_to_text(findings.state),
                           one_line(arena, words), performance(arena, facts, limits));
    return findings.state;
}
