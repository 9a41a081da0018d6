/* SPDX-License-Identifier: EUPL-1.2 */
#include "pipeline/ruling_inside.h"

bool ruling_decide(const struct ruling_context *context, const struct ruling_order *order,
                   struct json **answer_r, struct err *err_r)
{
    static ruling_act *const verbs[] = {
        [RULING_ACCEPT] = ruling_accept,  [RULING_IGNORE] = ruling_ignore,
        [RULING_CORRECT] = ruling_change, [RULING_WITHDRAW] = ruling_change,
        [RULING_VOID] = ruling_change,    [RULING_RELEASE] = ruling_release,
        [RULING_RESEND] = ruling_resend,  [RULING_RETRY] = ruling_retry,
        [RULING_ERASE] = ruling_erase,
    };

    if (verbs[order->verb] == NULL)
        panic("ruling: %s is not decided at once", ruling_verb_to_text(order->verb));
    return verbs[order->verb](context, order, answer_r, err_r);
}
