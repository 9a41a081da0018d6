/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The reading as JSON: what goes out comes back the same, and nothing comes in that was not
 * checked.
 */
#include "test.h"

#include "motion/reading.h"

#include <stdlib.h>
#include <string.h>

#define SUM "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

#define WHY(field, index, part, begin, end, rule)                                     \
    "{\"field\":\"" field "\",\"index\":" index ",\"part\":" part ",\"begin\":" begin \
    ",\"end\":" end ",\"rule\":" rule "}"

/* A whole reading, every field with a value. */
static const char whole[] =
    "{\"schema\":\"antragd/reading/1\",\"mail\":{\"message_id\":\"1@b.example\","
    "\"date\":\"2015-08-04T12:03:11+02:00\","
    "\"from\":[{\"name\":\"Hövelmann, Andrea\",\"address\":\"a@b.example\"}],"
    "\"sender\":[{\"name\":null,\"address\":\"c@b.example\"}],"
    "\"to\":[{\"name\":null,\"address\":\"antraege@stadt.example\"}],\"cc\":[],"
    "\"reply_to\":[{\"name\":\"R\",\"address\":\"r@b.example\"}],\"subject\":\"Antrag: Löwen\","
    "\"in_reply_to\":[\"x@y.example\"],\"references\":[\"w@y.example\",\"x@y.example\"],"
    "\"class\":\"personal\",\"text\":\"Guten Tag,\\n\\n\\tanbei.\\n\","
    "\"parts\":[{\"path\":\"1\",\"type\":\"text/plain\",\"name\":null,\"size\":20,"
    "\"sha256\":\"" SUM "\",\"text\":\"extracted\",\"is_body\":true,"
    "\"content\":\"Rat\\fLöwen\"},"
    "{\"path\":\"2.1\",\"type\":\"application/pdf\",\"name\":\"Antrag.pdf\",\"size\":152345,"
    "\"sha256\":\"" SUM "\",\"text\":\"none\",\"is_body\":false,"
    "\"content\":null}],"
    "\"defects\":[\"bad-charset\"],"
    "\"received\":[{\"by\":\"mx.stadt.example\",\"from\":\"b.example\","
    "\"at\":\"2015-08-04T10:03:12+00:00\"},{\"by\":null,\"from\":null,\"at\":null}],"
    "\"report\":{\"action\":\"failed\",\"reason\":\"unknown-user\",\"final\":true,\"hard\":true,"
    "\"status\":\"5.1.1\","
    "\"diagnostic\":null,\"recipient\":\"e@b.example\",\"message_id\":\"2@b.example\","
    "\"envelope_id\":null},"
    "\"authentication_results\":[{\"value\":\"mx.stadt.example; spf=pass\",\"hops_above\":1}],"
    "\"authentication_claims\":[{\"value\":\"mx.fremd.example; dmarc=pass\",\"hops_above\":3}],"
    "\"from_written\":[\"=?utf-8?q?J=C3=BCrgen?= <x@spd.example>\"],"
    "\"resent_from\":[{\"name\":null,\"address\":\"y@spd.example\"}],"
    "\"forwarded\":[{\"path\":\"2.1\",\"from\":[{\"name\":null,\"address\":\"d@b.example\"}],"
    "\"date\":\"2015-08-04T12:03:11+02:00\",\"received\":[{\"by\":\"mx.b.example\",\"from\":null,"
    "\"at\":null}]}],"
    "\"signature\":{\"result\":\"other-address\",\"signer\":\"Jürgen Löwe\","
    "\"address\":\"z@spd.example\",\"issuer\":\"CA der Stadt\",\"fingerprint\":\"" SUM "\","
    "\"signed_at\":\"2015-08-04T10:03:11+00:00\",\"crl\":\"out-of-date\",\"detail\":null},"
    "\"delivered_to\":[\"antraege@stadt.example\"],\"return_path\":\"a@b.example\","
    "\"body_digest\":\"" SUM "\",\"wants_content\":true,"
    "\"responds\":true,\"doubtful\":true,\"suppressed\":true},"
    "\"motions\":[{\"kind\":\"motion\",\"label\":\"Antrag\",\"title\":\"Löwen\","
    "\"consultations\":[{\"organization\":\"Rat\",\"meeting_date\":\"2015-09-24\"},"
    "{\"organization\":\"HFA\",\"meeting_date\":null}],\"factions\":[\"SPD\",\"GRÜNE\"],"
    "\"signatories\":[{\"name\":\"Andrea Hövelmann\",\"role\":\"Fraktionsvorsitzende\","
    "\"email\":null}],\"letter_date\":\"2015-08-04\",\"place\":\"Bedburg-Hau\","
    "\"addressee\":\"Bürgermeister der Gemeinde Bedburg-Hau\",\"refers_to\":\"A/2015/0007\","
    "\"confidential\":true,\"resolution\":\"Der Rat beschließt:\\nLöwen.\",\"reasoning\":\"Weil.\","
    "\"ocr\":true,\"found_in\":\"1\",\"why\":[" WHY(
        "kind", "0", "null", "0", "0",
        "\"asks_without_label\"") "," WHY("title", "0", "\"1\"", "4", "10",
                                          "\"subject_line\"") "," WHY("factions", "1",
                                                                      "\"subject\"", "8", "14",
                                                                      "null") "," WHY("place", "0",
                                                                                      "\"2.1\"",
                                                                                      "0", "0",
                                                                                      "\"place_"
                                                                                      "date\"") "]}"
                                                                                                "]"
                                                                                                ","
                                                                                                "\""
                                                                                                "wi"
                                                                                                "sh"
                                                                                                "\""
                                                                                                ":{"
                                                                                                "\""
                                                                                                "ki"
                                                                                                "nd"
                                                                                                "\""
                                                                                                ":"
                                                                                                "\""
                                                                                                "co"
                                                                                                "rr"
                                                                                                "ec"
                                                                                                "t"
                                                                                                "\""
                                                                                                ","
                                                                                                "\""
                                                                                                "cl"
                                                                                                "ea"
                                                                                                "r"
                                                                                                "\""
                                                                                                ":t"
                                                                                                "ru"
                                                                                                "e,"
                                                                                                "\""
                                                                                                "as"
                                                                                                "ks"
                                                                                                "\""
                                                                                                ":t"
                                                                                                "ru"
                                                                                                "e,"
                                                                                                "\""
                                                                                                "nu"
                                                                                                "mb"
                                                                                                "er"
                                                                                                "s"
                                                                                                "\""
                                                                                                ":["
                                                                                                "\""
                                                                                                "A/"
                                                                                                "20"
                                                                                                "15"
                                                                                                "/0"
                                                                                                "00"
                                                                                                "1"
                                                                                                "\""
                                                                                                "],"
                                                                                                "\""
                                                                                                "sp"
                                                                                                "ea"
                                                                                                "ke"
                                                                                                "r"
                                                                                                "\""
                                                                                                ":n"
                                                                                                "ul"
                                                                                                "l,"
                                                                                                "\""
                                                                                                "me"
                                                                                                "et"
                                                                                                "in"
                                                                                                "g"
                                                                                                "\""
                                                                                                ":"
                                                                                                "\""
                                                                                                "20"
                                                                                                "15"
                                                                                                "-0"
                                                                                                "9-"
                                                                                                "24"
                                                                                                "\""
                                                                                                ","
                                                                                                "\""
                                                                                                "in"
                                                                                                "st"
                                                                                                "ea"
                                                                                                "d"
                                                                                                "\""
                                                                                                ":"
                                                                                                "\""
                                                                                                "20"
                                                                                                "15"
                                                                                                "-0"
                                                                                                "9-"
                                                                                                "10"
                                                                                                "\""
                                                                                                ","
                                                                                                "\""
                                                                                                "ti"
                                                                                                "tl"
                                                                                                "e"
                                                                                                "\""
                                                                                                ":"
                                                                                                "\""
                                                                                                "Ra"
                                                                                                "dw"
                                                                                                "eg"
                                                                                                "\""
                                                                                                "}"
                                                                                                "}";

static bool take(struct arena *arena, const char *json, struct reading **reading_r, struct err *err)
{
    return reading_from_json(arena, json, strlen(json), reading_r, err);
}

static char *print(struct arena *arena, const struct reading *reading)
{
    struct json *json = reading_to_json(reading);
    char *text = json_print_compact(arena, json);
    json_free(json);
    return text;
}

static void whole_reading_comes_back(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct reading *reading;
    struct err err;
    if (!take(arena, whole, &reading, &err))
        fail_msg("%s", err.text);
    assert_string_equal(print(arena, reading), whole);
    const struct mail *mail = reading->mail;
    assert_string_equal(mail->from.v[0].name, "Hövelmann, Andrea");
    assert_null(mail->sender.v[0].name);
    assert_int_equal(mail->references.n, 2);
    assert_true(mail->hops[0].at == mail->date_at + 1);
    assert_true(mail->hops[1].at == MOMENT_NONE);
    assert_int_equal(mail->parts[1].size, 152345);
    assert_true(mail->parts[0].is_body);
    assert_true(mail->wants_content);
    assert_true(mail->responds);
    assert_true(mail->doubtful);
    assert_true(mail->suppressed);
    const struct motion *motion = &reading->motions.v[0];
    assert_true(motion->confidential);
    assert_true(day_is_none(motion->consultations[1].meeting));
    assert_false(day_is_none(motion->letter_date));
    assert_int_equal(motion->found_count, 4);
    assert_int_equal(motion->found[1].value, VALUE_TITLE);
    arena_free(arena);
}

/* mail → reading → JSON → reading → JSON */
static void a_mail_comes_back(void **state)
{
    static const char mail_text[] =
        "Return-Path: <>\n"
        "Received: from x by y; Tue, 04 Aug 2015 12:03:12 +0200\n"
        "From: =?utf-8?Q?H=C3=B6velmann=2C_Andrea?= <a@b.example>\n"
        "To: Rat: c@d.example, e@f.example;\nSubject: Antr\xe4ge\n"
        "Date: Tue, 04 Aug 2015 12:03:11 +0200\nMessage-ID: <1@b.example>\n"
        "Content-Type: multipart/mixed; boundary=b\n\n"
        "--b\nContent-Type: text/plain; charset=x\n\nSch\xf6ne\tGr\xfc\xdf"
        "e\n--b\nContent-Type: image/png; name=\"a.png\"\n\nabc\n--b--\n";
    static const enum mail_depth depths[] = {MAIL_HEAD, MAIL_CONTENT};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct arena *arena = arena_new();
        struct reading *made, *taken;
        struct err err;
        if (!reading_make(arena, mail_text, strlen(mail_text), depths[i], &made, &err))
            fail_msg("%s", err.text);
        char *json = print(arena, made);
        if (!take(arena, json, &taken, &err))
            fail_msg("%s", err.text);
        assert_string_equal(print(arena, taken), json);
        assert_string_equal(taken->mail->text, "Schöne\tGrüße");
        assert_string_equal(taken->mail->return_path, "");
        assert_int_equal(taken->mail->date_at, made->mail->date_at);
        arena_free(arena);
    }
}

static void an_unreadable_mail_is_an_error(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct reading *reading;
    struct err err;
    assert_false(reading_make(arena, "", 0, MAIL_HEAD, &reading, &err));
    assert_int_equal(err.kind, ERR_DATA);
    arena_free(arena);
}

/* ---- hostile ---- */

static char *replace(struct arena *arena, const char *from, const char *to)
{
    const char *at = strstr(whole, from);
    if (!at)
        fail_msg("%s does not stand there", from);
    return arena_printf(arena, "%.*s%s%s", (int)(at - whole), whole, to, at + strlen(from));
}

static const struct {
    const char *from, *to;
} hostile[] = {
    {"antragd/reading/1", "antragd/reading/2"},
    {"\"schema\":\"antragd/reading/1\",", ""},
    {"\"mail\":{", "\"post\":{"},
    {"\"class\":\"personal\"", "\"class\":\"friendly\""},
    {"\"class\":\"personal\"", "\"class\":null"},
    {"\"class\":\"personal\"", "\"class\":0"},
    {"\"text\":\"Guten", "\"test\":\"Guten"},
    {"Guten Tag", "Guten\\u0000Tag"},
    {"Guten Tag", "Guten\\u0007Tag"},
    {"mx.stadt.example; spf", "mx\\u0007; spf"},
    {"mx.fremd.example; dmarc", "mx\\u0007; dmarc"},
    {"=?utf-8?q?J", "\\u0000?q?J"},
    {"Guten Tag", "Guten\\rTag"},
    {"Guten Tag", "Guten\\u007fTag"},
    {"Guten Tag", "Guten\\u0085Tag"},
    {"Guten Tag", "Guten\xffTag"},
    {"Guten Tag", "Guten\\ud800Tag"},
    {"1@b.example", "1@b.example\\n"},
    {"Antrag: Löwen", "Antrag\\nBcc: x"},
    {"Antrag: Löwen", "Antrag\\tLöwen"},
    {"Hövelmann, Andrea", "Hövelmann\\r\\nAndrea"},
    {"\"address\":\"a@b.example\"", "\"address\":null"},
    {"\"address\":\"a@b.example\"", "\"address\":[]"},
    {"2015-08-04T12:03:11+02:00", "gestern"},
    {"2015-08-04T12:03:11+02:00", "2015-02-31T12:03:11+02:00"},
    {"2015-08-04T12:03:11+02:00", "2015-08-04T12:03:11"},
    {"2015-08-04T10:03:12+00:00", "x"},
    {"\"path\":\"1\"", "\"path\":\"\""},
    {"\"path\":\"1\"", "\"path\":\"1.\""},
    {"\"path\":\"1\"", "\"path\":\".1\""},
    {"\"path\":\"1\"", "\"path\":\"1..1\""},
    {"\"path\":\"1\"", "\"path\":\"../1\""},
    {"\"path\":\"1\"", "\"path\":null"},
    {"\"path\":\"1\"", "\"path\":1"},
    {"\"type\":\"text/plain\"", "\"type\":\"text\""},
    {"\"type\":\"text/plain\"", "\"type\":null"},
    {"\"size\":20", "\"size\":-1"},
    {"\"size\":20", "\"size\":1099511627777"},
    {SUM, "ba78"},
    {SUM, "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"},
    {"\"sha256\":", "\"sha512\":"},
    {"\"text\":\"extracted\"", "\"text\":\"stolen\""},
    {"\"body_digest\":\"" SUM "\"", "\"body_digest\":null"},
    {"\"defects\":[\"bad-charset\"]", "\"defects\":[null]"},
    {"\"defects\":[\"bad-charset\"]", "\"defects\":[\"a\\nb\"]"},
    {"\"references\":[\"w@y.example\"", "\"references\":[7"},
    {"\"kind\":\"motion\"", "\"kind\":\"coup\""},
    {"\"kind\":\"motion\"", "\"kind\":null"},
    {"2015-09-24", "2015-09-31"},
    {"2015-09-24", "24.09.2015"},
    {"\"action\":\"failed\"", "\"action\":\"flown\""},
    {"unknown-user", "unknown-fish"},
    {"\"result\":\"other-address\"", "\"result\":\"best\""},
    {"\"crl\":\"out-of-date\"", "\"crl\":null"},
    {"Jürgen Löwe", "Jürgen\\nLöwe"},
    {"\"fingerprint\":\"" SUM, "\"fingerprint\":\"ba78"},
    {"2015-08-04T10:03:11+00:00", "damals"},
    {"\"letter_date\":\"2015-08-04\"", "\"letter_date\":\"x\""},
    {"\"organization\":\"Rat\"", "\"organization\":null"},
    {"\"factions\":[\"SPD\"", "\"factions\":[{}"},
    {"Bedburg-Hau\",", "Bedburg\\nHau\","},
    {"\"found_in\":\"1\"", "\"found_in\":\"9\""},
    {"\"found_in\":\"1\"", "\"found_in\":null"},
    {"\"title\":\"Radweg\"}}", "\"title\":\"Radweg\"}"},
    {"\"title\":\"Radweg\"}}", "\"title\":\"Radweg\"}} x"},
    {"\"title\":\"Radweg\"}}", "\"title\":\"Rad\\nweg\"}}"},
    {"\"kind\":\"correct\"", "\"kind\":\"conquer\""},
    {"\"meeting\":\"2015-09-24\"", "\"meeting\":\"2015-09-31\""},
    {"Rat\\fLöwen", "Rat\\u0007Löwen"},
    {"\"field\":\"kind\"", "\"field\":\"coup\""},
    {"\"field\":\"kind\"", "\"field\":null"},
    {"\"index\":1,", "\"index\":2,"},
    {"\"index\":1,", "\"index\":-1,"},
    {"\"part\":\"1\"", "\"part\":\"9\""},
    {"\"part\":\"1\"", "\"part\":\"2.1\""},
    {"\"begin\":4,", "\"begin\":6,"}, /* within the "ö" */
    {"\"begin\":4,", "\"begin\":-1,"},
    {"\"begin\":4,", "\"begin\":10,"},
    {"\"end\":10,", "\"end\":11,"},
    {"\"end\":10,", "\"end\":4294967306,"},
    {"\"end\":14,", "\"end\":15,"},
    {"\"rule\":\"subject_line\"", "\"rule\":\"\""},
    {"\"rule\":\"subject_line\"", "\"rule\":\"Subject line\""},
    {"{\"schema\"", "[\"schema\""},
};

static void hostile_readings_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        struct arena *arena = arena_new();
        struct reading *reading;
        struct err err;
        if (take(arena, replace(arena, hostile[i].from, hostile[i].to), &reading, &err))
            fail_msg("%s was taken", hostile[i].to);
        assert_int_equal(err.kind, ERR_DATA);
        arena_free(arena);
    }
    static const char *const nothing[] = {"", "null", "[]", "{}", "\"x\"", "{\"schema\":1}"};
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++) {
        struct arena *arena = arena_new();
        struct reading *reading;
        struct err err;
        assert_false(take(arena, nothing[i], &reading, &err));
        arena_free(arena);
    }
}

/* One entry more than is allowed. */
static void counts_have_bounds(void **state)
{
    static const struct {
        const char *before, *entry;
        size_t max;
    } cases[] = {
        {"\"cc\":[", "{\"name\":null,\"address\":\"x@y\"}", MAIL_MAX_ADDRESSES},
        {"\"in_reply_to\":[", "\"x\"", MAIL_MAX_IDS},
        {"\"parts\":[",
         "{\"path\":\"1\",\"type\":\"a/b\",\"size\":1,\"sha256\":\"" SUM "\",\"text\":\"none\"}",
         MAIL_MAX_PARTS},
        {"\"received\":[", "{}", MAIL_MAX_HOPS},
        {"\"forwarded\":[", "{}", MAIL_MAX_FORWARDS},
        {"\"authentication_results\":[", "{\"value\":\"x\",\"hops_above\":0}", MAIL_MAX_AUTHRES},
        {"\"authentication_claims\":[", "{\"value\":\"x\",\"hops_above\":0}", MAIL_MAX_AUTHRES},
        {"\"from_written\":[", "\"x\"", MAIL_MAX_WRITTEN},
        {"\"factions\":[", "\"SPD\"", 200},
        {"\"signatories\":[", "{}", 200},
        {"\"why\":[", "{\"field\":\"kind\"}", (size_t)VALUE_COUNT * 200},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new();
        struct reading *reading;
        struct err err;
        struct text text;
        const char *at = strstr(whole, cases[i].before);
        assert_non_null(at);
        at += strlen(cases[i].before);
        text_init(&text, arena);
        text_add_bytes(&text, whole, (size_t)(at - whole));
        for (size_t j = 0; j <= cases[i].max; j++) {
            if (j > 0)
                text_add(&text, ",");
            text_add(&text, cases[i].entry);
        }
        if (*at != ']')
            text_add(&text, ",");
        text_add(&text, at);
        if (take(arena, text.s, &reading, &err))
            fail_msg("%s has no bound", cases[i].before);
        assert_non_null(strstr(err.text, "too many"));
        arena_free(arena);
    }
}

static void lengths_have_bounds(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct reading *reading;
    struct err err;
    char *longer = arena_alloc(arena, MAIL_MAX_FIELD + 2);
    memset(longer, 'a', MAIL_MAX_FIELD + 1);
    assert_false(take(arena, replace(arena, "Antrag: Löwen", longer), &reading, &err));
    assert_non_null(strstr(err.text, "too long"));
    assert_false(take(arena, replace(arena, "bad-charset", longer), &reading, &err));
    longer[MAIL_MAX_ID + 1] = '\0';
    assert_false(take(arena, replace(arena, "1@b.example", longer), &reading, &err));
    arena_free(arena);
}

/* Every byte changed in turn: refused, or taken and printed without a crash. */
static void changed_bytes_do_no_harm(void **state)
{
    static const char instead[] = {'\0', '"', '}', '[', '0', '\xff', '\\'};
    (void)state;
    for (size_t i = 0; i < sizeof whole - 1; i++) {
        struct arena *arena = arena_new();
        struct reading *reading;
        struct err err;
        char *copy = arena_strdup(arena, whole);
        copy[i] = instead[i % sizeof instead];
        if (reading_from_json(arena, copy, sizeof whole - 1, &reading, &err))
            assert_non_null(print(arena, reading));
        if (reading_from_json(arena, whole, i, &reading, &err))
            fail_msg("half a reading was taken");
        arena_free(arena);
    }
}

static const struct {
    const char *name;
    const char *mail;
    const char *from; /* NULL: nothing is handed on */
    const char *date;
} handed_on[] = {
    {"attached",
     "From: s@town.example\r\nSubject: WG: Antrag\r\nMIME-Version: 1.0\r\n"
     "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nzur Kenntnis\r\n--b\r\n"
     "Content-Type: message/rfc822\r\n\r\nFrom: W <w@spd.example>\r\n"
     "Date: Tue, 4 Aug 2015 12:03:11 +0200\r\n"
     "Received: from a by mx.town.example; Tue, 4 Aug 2015 12:03:14 "
     "+0200\r\n\r\nAntrag\r\n--b--\r\n",
     "w@spd.example", "2015-08-04T12:03:11+02:00"},
    {"Outlook",
     "From: s@town.example\nSubject: WG: Antrag\n\nzur Kenntnis\n\n"
     "Von: van Beek, Wilhelm <w@spd.example>\nGesendet: Dienstag, 4. August 2015 12:03\n"
     "An: Ratsb\303\274ro\nBetreff: Antrag\n\nAntrag: Radweg\n",
     "w@spd.example", NULL},
    {"Outlook with a mark",
     "From: s@town.example\nSubject: WG: Antrag\n\n-----Urspr\303\274ngliche Nachricht-----\n"
     "Von: W [mailto:w@spd.example]\nGesendet: Dienstag\n\nAntrag\n",
     "w@spd.example", NULL},
    {"Thunderbird",
     "From: s@town.example\nSubject: Fwd: Antrag\n\n-------- Weitergeleitete Nachricht --------\n"
     "Betreff: Antrag\nDatum: Tue, 4 Aug 2015 12:03:11 +0200\nVon: W <w@spd.example>\n"
     "An: x@town.example\n\nAntrag\n",
     "w@spd.example", NULL},
    {"an answer is none",
     "From: s@town.example\nSubject: AW: Antrag\n\nDanke.\n\n-----Urspr\303\274ngliche "
     "Nachricht-----\nVon: W <w@spd.example>\nGesendet: Dienstag\n\nAntrag\n",
     NULL, NULL},
    {"two addresses are none",
     "From: s@town.example\nSubject: WG: Antrag\n\n-----Weitergeleitete Nachricht-----\n"
     "Von: w@spd.example im Auftrag von x@spd.example\n\nAntrag\n",
     NULL, NULL},
};

static void what_is_handed_on_has_a_sender(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof handed_on / sizeof *handed_on; i++) {
        struct arena *arena = arena_new();
        struct reading *made, *reading;
        struct err err;
        const char *mail = arena_printf(arena,
                                        "MIME-Version: 1.0\nContent-Type: text/plain; "
                                        "charset=UTF-8\nContent-Transfer-Encoding: 8bit\n%s",
                                        handed_on[i].mail);
        if (strstr(handed_on[i].mail, "multipart"))
            mail = handed_on[i].mail;
        print_message("%s\n", handed_on[i].name);
        assert_true(reading_make(arena, mail, strlen(mail), MAIL_CONTENT, &made, &err));
        assert_true(take(arena, print(arena, made), &reading, &err));
        assert_int_equal(reading->mail->forward_count, handed_on[i].from != NULL);
        if (handed_on[i].from != NULL) {
            const struct mail_forward *forward = &reading->mail->forwards[0];
            assert_int_equal(forward->from.n, 1);
            assert_string_equal(forward->from.v[0].address, handed_on[i].from);
            assert_true(text_equal(forward->date, handed_on[i].date));
            assert_int_equal(forward->hop_count, handed_on[i].date != NULL);
        }
        arena_free(arena);
    }
}

#define WITHDRAWS "hiermit ziehen wir unseren Antrag A-2026-0012 zur\303\274ck.\n\nSPD-Fraktion\n"
#define UTF8 "MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
#define ENCLOSES \
    "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nzur Kenntnis\n"

static const struct {
    const char *name;
    const char *mail;
    bool forwarded;
} withdrawals[] = {
    {"in her own words", "From: s@spd.example\n" UTF8 "\n" WITHDRAWS, false},
    {"in the text",
     "From: s@spd.example\nSubject: WG: Antrag\n" UTF8 "\nDas ist nicht von uns.\n\n"
     "Von: W <w@spd.example>\nGesendet: Dienstag\nAn: S\nBetreff: Antrag\n\n" WITHDRAWS,
     true},
    {"attached",
     "From: s@spd.example\n" ENCLOSES "--b\nContent-Type: message/rfc822\n\n"
     "From: w@spd.example\n" UTF8 "\n" WITHDRAWS "--b--\n",
     true},
    {"a file",
     "From: s@spd.example\n" ENCLOSES
     "--b\nContent-Type: application/octet-stream; name=\"x.EML\"\n\n"
     "From: w@spd.example\n" UTF8 "\n" WITHDRAWS "--b--\n",
     true},
    {"a letter",
     "From: s@spd.example\n" ENCLOSES "--b\nContent-Type: application/rtf; name=x.rtf\n\n"
     "{\\rtf1 hiermit ziehen wir unseren Antrag A-2026-0012 zur\\'fcck.\\par SPD-Fraktion}\n"
     "--b--\n",
     false},
};

/* What another wrote, the sender does not say; her own letter she does. */
static void who_hands_on_does_not_say_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof withdrawals / sizeof *withdrawals; i++) {
        struct arena *arena = arena_new();
        struct reading *made, *reading;
        struct err err;
        const char *mail = withdrawals[i].mail;
        print_message("%s\n", withdrawals[i].name);
        assert_true(reading_make(arena, mail, strlen(mail), MAIL_CONTENT, &made, &err));
        assert_true(take(arena, print(arena, made), &reading, &err));
        assert_int_equal(reading->motions.n, 1);
        assert_int_equal(reading->motions.v[0].kind, MOTION_WITHDRAWAL);
        assert_int_equal(reading->motions.v[0].is_forwarded, withdrawals[i].forwarded);
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_reading_comes_back),
        cmocka_unit_test(a_mail_comes_back),
        cmocka_unit_test(an_unreadable_mail_is_an_error),
        cmocka_unit_test(hostile_readings_are_refused),
        cmocka_unit_test(counts_have_bounds),
        cmocka_unit_test(lengths_have_bounds),
        cmocka_unit_test(changed_bytes_do_no_harm),
        cmocka_unit_test(what_is_handed_on_has_a_sender),
        cmocka_unit_test(who_hands_on_does_not_say_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
