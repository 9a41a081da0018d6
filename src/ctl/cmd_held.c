/* SPDX-License-Identifier: EUPL-1.2 */
/* antragctl held: the mails that wait for a person, one after the other at a terminal, else a list.
 */
#include "ctl/ctl.h"
#include "ctl/decide.h"
#include "ctl/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *id_of(struct ctl *ctl, const struct waiting_mail *mail)
{
    return arena_printf(ctl->arena, "m%lld", (long long)mail->id);
}

static const char *deadline_of(struct ctl *ctl, const struct waiting_mail *mail)
{
    const char *day = day_to_text(ctl->arena, mail->deadline.last_day);

    if (mail->kind < 0)
        return "";
    return arena_printf(ctl->arena, "%s%s%s%s", deadline_state_to_text(mail->deadline.state),
                        day ? " (" : "", day ? day : "", day ? ")" : "");
}

/* ---- the list */

static void print_list(struct ctl *ctl, const struct waiting_mail *mails, size_t count)
{
    static const char *const titles[] = {"ID",       "ARRIVED", "FROM", "SUBJECT",
                                         "DEADLINE", "REASON",  NULL};
    struct table *table = table_new(ctl->arena, titles, 5);

    for (size_t i = 0; i < count; i++) {
        const char *cells[] = {
            id_of(ctl, &mails[i]), ctl_moment(ctl, mails[i].arrived_at), mails[i].from,
            mails[i].subject,      deadline_of(ctl, &mails[i]),          mails[i].reason};

        table_add(table, cells);
    }
    table_print(table, "nothing waits");
}

static struct json *mail_to_json(struct ctl *ctl, const struct waiting_mail *mail)
{
    struct json *object = json_object_new(), *deadline = json_object_new();

    json_put_text(object, "id", id_of(ctl, mail));
    json_put_text(object, "body", mail->body);
    json_put_text(object, "state", message_state_to_text(mail->state));
    json_put_text(object, "arrived_at", moment_to_text(ctl->arena, mail->arrived_at));
    json_put_text(object, "from", mail->from);
    json_put_text(object, "subject", mail->subject);
    json_put_text(object, "reason", mail->reason);
    json_put_text(object, "kind",
                  mail->kind < 0 ? NULL : motion_kind_to_text((enum motion_kind)mail->kind));
    json_put_text(object, "title", mail->title);
    json_put_text(object, "brought", mail->brought);
    json_put_text(deadline, "state", deadline_state_to_text(mail->deadline.state));
    json_put_text(deadline, "last_day", day_to_text(ctl->arena, mail->deadline.last_day));
    json_put(object, "deadline", deadline);
    return object;
}

static void print_json(struct ctl *ctl, const struct waiting_mail *mails, size_t count)
{
    struct json *array = json_array_new();

    for (size_t i = 0; i < count; i++)
        json_add(array, mail_to_json(ctl, &mails[i]));
    ctl_print_json(ctl, array);
}

/* ---- the walk */

static void print_line(struct ctl *ctl, const char *label, const char *text)
{
    if (text && *text)
        ctl_line(ctl, "  %-9s %s", label, text);
}

static void print_mail(struct ctl *ctl, const struct waiting_mail *mail)
{
    ctl_line(ctl, "%s", id_of(ctl, mail));
    print_line(ctl, "arrived", ctl_moment(ctl, mail->arrived_at));
    print_line(ctl, "from", mail->from);
    print_line(ctl, "subject", mail->subject);
    print_line(ctl, "why", mail->reason);
    if (mail->kind >= 0)
        print_line(ctl, motion_kind_to_text((enum motion_kind)mail->kind),
                   mail->title ? mail->title : "(no title)");
    print_line(ctl, "answered", mail->brought);
    print_line(ctl, "names", mail->faction);
    print_line(ctl, "deadline", deadline_of(ctl, mail));
}

/* NULL at the end of the input; else trimmed. */
static const char *ask(struct ctl *ctl, const char *question)
{
    char *line = NULL;
    size_t size = 0;
    const char *answer = NULL;

    printf("%s: ", question);
    fflush(stdout);
    ssize_t n = getline(&line, &size, stdin);
    if (n >= 0)
        answer = text_trim(ctl->arena, arena_strndup(ctl->arena, line, (size_t)n));
    free(line);
    return answer;
}

static const char *ask_faction(struct ctl *ctl, const struct waiting_mail *mail)
{
    const struct conf_body *body = conf_find_body(ctl->conf, mail->body);
    struct texts titles = {0};

    for (size_t i = 0; body && i < body->faction_count; i++)
        texts_add(&titles, ctl->arena, body->factions[i].title);
    return ask(ctl, arena_printf(ctl->arena, "  whose motion (%s%s)",
                                 text_join(ctl->arena, &titles, ", "),
                                 mail->faction ? "" : "; empty: the sender's"));
}

/* What she answers as an order; false: none was given. */
static bool make_order(struct ctl *ctl, const struct waiting_mail *mail, char choice,
                       struct ruling_order *order)
{
    *order = (struct ruling_order){.subject = id_of(ctl, mail)};
    order->verb = choice == 'a' ? RULING_ACCEPT : RULING_IGNORE;
    if (choice == 'a') {
        order->faction = ask_faction(ctl, mail);
        order->title = mail->kind < 0 ? ask(ctl, "  its title") : NULL;
        return order->faction != NULL;
    }
    order->receipt = choice == 'c';
    order->reason = choice == 'i' ? ask(ctl, "  why (the sender reads it)") : NULL;
    return choice == 'c' || (order->reason != NULL && *order->reason != '\0');
}

/* A refusal is said and the mail stays.  False: she wants no more. */
static bool decide_on(struct ctl *ctl, const struct waiting_mail *mail)
{
    for (;;) {
        const char *choice =
            ask(ctl, "[a]ccept, [i]gnore, [c]itizen's suggestion with a receipt, [s]kip, [q]uit");
        struct ruling_order order;
        struct err err;

        if (choice == NULL || *choice == 'q')
            return false;
        if (*choice == 's')
            return true;
        if (*choice == '\0' || strchr("aic", *choice) == NULL ||
            !make_order(ctl, mail, *choice, &order))
            continue;
        if (ctl_decide(ctl, &order, &err))
            return true;
        ctl_line(ctl, "  not done: %s", err.text);
    }
}

static void walk(struct ctl *ctl, const struct waiting_mail *mails, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        print_mail(ctl, &mails[i]);
        if (!decide_on(ctl, &mails[i]))
            return;
    }
    ctl_line(ctl, "%s", count == 0 ? "nothing waits" : "that is all");
}

bool ctl_held(struct ctl *ctl, int *exit_code_r, struct err *err_r)
{
    struct waiting_mail *mails;
    size_t count;

    (void)exit_code_r; /* stays 0 */
    if (!registry_list_waiting(ctl->registry, ctl->arena, ctl->body, 0, &mails, &count, err_r))
        return false;
    registry_close(ctl->registry); /* to decide without a daemon it is opened for writing */
    ctl->registry = NULL;
    if (ctl->json)
        print_json(ctl, mails, count);
    else if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
        walk(ctl, mails, count);
    else
        print_list(ctl, mails, count);
    return true;
}
