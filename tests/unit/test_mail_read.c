/* SPDX-License-Identifier: EUPL-1.2 */
/* Mails small enough to be seen whole, each for one thing. */
#include "test.h"

#include "mail/mail.h"

#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>

static struct mail *read_bytes(struct arena *arena, const char *bytes, size_t n,
                               enum mail_depth depth)
{
    struct mail *mail;
    struct err err;
    if (!mail_read(arena, bytes, n, depth, &mail, &err))
        fail_msg("%s", err.text);
    return mail;
}

static struct mail *read_text(struct arena *arena, const char *s, enum mail_depth depth)
{
    return read_bytes(arena, s, strlen(s), depth);
}

#define HEAD "From: a@b.example\nDate: Mon, 09 Feb 2026 09:15:04 +0100\nMessage-ID: <1@b.example>\n"

/* The sandbox's rule: after mail_preload() no file is opened.  Must be the first test, while no
 * other has loaded a converter. */
static void no_file_is_opened_after_preload(void **state)
{
    static const struct {
        const char *charset, *encoded, *bytes, *text;
    } cases[] = {
        {"utf-8", "f=C3=BCr", "f\xc3\xbcr", "für"},
        {"iso-8859-1", "f=FCr", "f\xfcr", "für"},
        {"iso-8859-15", "f=FCr_=A4", "f\xfcr \xa4", "für €"},
        {"windows-1252", "=84f=FCr=93",
         "\x84"
         "f\xfcr\x93",
         "„für“"},
        {"iso-8859-2", "=B3", "\xb3", "ł"},
        {"windows-1251", "=E0", "\xe0", "а"},
        {"koi8-r", "=C1", "\xc1", "а"},
        {"iso-8859-9", "=FD", "\xfd", "ı"},
        {"macintosh", "=8A", "\x8a", "ä"},
        {"gb2312", "=D6=D0", "\xd6\xd0", "中"},
        {"iso-2022-jp", "=1B$B$\"=1B(B", "\x1b$B$\"\x1b(B", "あ"},
    };
    (void)state;
    struct rlimit files, none;
    mail_preload();
    mail_preload();
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
    none = (struct rlimit){0, files.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_true(open("/dev/null", O_RDONLY) < 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new();
        char *s =
            arena_printf(arena,
                         HEAD "Subject: =?%s?Q?%s?=\nContent-Type: text/html; charset=%s\n\n"
                              "<p>%s</p>",
                         cases[i].charset, cases[i].encoded, cases[i].charset, cases[i].bytes);
        struct mail *mail = read_text(arena, s, MAIL_CONTENT);
        if (!text_equal(mail->subject, cases[i].text))
            fail_msg("%s: %s", cases[i].charset, mail->subject);
        assert_string_equal(text_trim(arena, mail->text), cases[i].text);
        assert_false(texts_has(&mail->defects, "bad-charset"));
        arena_free(arena);
    }
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
}

/* ---- one field ---- */

static void dates_keep_their_offset(void **state)
{
    static const struct {
        const char *header, *date;
        const char *defect;
    } cases[] = {
        {"Tue, 04 Aug 2015 12:03:11 +0200", "2015-08-04T12:03:11+02:00", NULL},
        {"4 Aug 2015 12:03:11 +0200", "2015-08-04T12:03:11+02:00", NULL},
        {"Tue, 4 Aug 2015 12:03 -0330", "2015-08-04T12:03:00-03:30", NULL},
        {"Tue, 04 Aug 15 12:03:11 GMT", "2015-08-04T12:03:11+00:00", NULL},
        {"Tue, 04 Aug 2015 12:03:11 +0200 (MESZ)", "2015-08-04T12:03:11+02:00", NULL},
        {"Tue, 04 (the fourth) Aug 2015 12:03:11 CEST", "2015-08-04T12:03:11+02:00", NULL},
        {"31 Dec 2016 23:59:60 +0000", "2016-12-31T23:59:59+00:00", NULL},
        {"Sat, 01 Jan 2050 00:00:00 -0000", "2050-01-01T00:00:00+00:00", NULL},
        {"Tue, 04 Aug 2015 12:03:11", NULL, "bad-date"},
        {"Tue, 04 Aug 2015 12:03:11 XYZ", NULL, "bad-date"},
        {"Tue, 31 Feb 2015 12:03:11 +0200", NULL, "bad-date"},
        {"Tue, 04 Aug 2015 25:03:11 +0200", NULL, "bad-date"},
        {"Tue, 04 Aug 99999 12:03:11 +0200", NULL, "bad-date"},
        {"2015-08-04T12:03:11+02:00", NULL, "bad-date"},
        {"04.08.2015 12:03", NULL, "bad-date"},
        {"", NULL, "bad-date"},
        {"gestern", NULL, "bad-date"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new();
        char *s = arena_printf(arena, "From: a@b.example\nMessage-ID: <1@b>\nDate: %s\n\nx\n",
                               cases[i].header);
        struct mail *mail = read_text(arena, s, MAIL_HEAD);
        if (!text_equal(mail->date, cases[i].date))
            fail_msg("%s: %s", cases[i].header, mail->date);
        assert_int_equal(mail->defects.n, cases[i].defect != NULL);
        if (cases[i].defect)
            assert_true(texts_has(&mail->defects, cases[i].defect));
        assert_int_equal(mail->date_at == MOMENT_NONE, cases[i].date == NULL);
        arena_free(arena);
    }
}

static void moment_of_the_date_is_right(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct mail *mail = read_text(arena, "Date: Thu, 01 Jan 1970 01:00:07 +0100\n\n", MAIL_HEAD);
    assert_true(mail->date_at == 7);
    arena_free(arena);
}

static void subjects_are_decoded(void **state)
{
    static const struct {
        const char *header, *subject;
    } cases[] = {
        {"Antrag", "Antrag"},
        {"  Antrag  auf\n   mehr ", "Antrag  auf   mehr"},
        {"=?utf-8?Q?Stra=C3=9Fe?=", "Straße"},
        {"=?utf-8?B?U3RyYcOf?=\n =?utf-8?B?ZQ==?=", "Straße"},
        {"=?utf-8?Q?Stra=C3?=\n =?utf-8?Q?=9Fe?=", "Straße"},
        {"=?iso-8859-1?Q?Stra=DFe?= am Wald", "Straße am Wald"},
        {"=?windows-1252?Q?=84Wald=93?=", "„Wald“"},
        {"Stra\xc3\x9f"
         "e",
         "Straße"},
        {"Stra\xdf"
         "e",
         "Straße"},
        {"Stra\xdf"
         "e =?utf-8?Q?Stra=C3=9Fe?=",
         "Straße Straße"},
        {"u\xcc\x88"
         "ber",
         "über"},
        {"a\tb\x01"
         "c",
         "a b c"},
        {"=?utf-8?Q?a=0D=0ABcc:_x?=", "a Bcc: x"},
        {"", NULL},
        {" \n ", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new();
        char *s = arena_printf(arena, HEAD "Subject: %s\n\nx\n", cases[i].header);
        struct mail *mail = read_text(arena, s, MAIL_HEAD);
        if (!text_equal(mail->subject, cases[i].subject))
            fail_msg("%s: %s", cases[i].header, mail->subject);
        arena_free(arena);
    }
}

static void addresses_are_read(void **state)
{
    static const struct {
        const char *header;
        size_t n;
        const char *name, *address; /* of the last one */
    } cases[] = {
        {"a@b.example", 1, NULL, "a@b.example"},
        {"Andrea <a@b.example>", 1, "Andrea", "a@b.example"},
        {"\"H, A\" <a@b.example>", 1, "H, A", "a@b.example"},
        {"=?utf-8?Q?H=C3=B6velmann=2C_Andrea?= <a@b.example>", 1, "Hövelmann, Andrea",
         "a@b.example"},
        {"=?utf-8?Q?x_=3Cevil=40e.example=3E?= <a@b.example>", 1, "x <evil@e.example>",
         "a@b.example"},
        {"\"evil@e.example\" <a@b.example>", 1, "evil@e.example", "a@b.example"},
        {"H\xf6velmann <a@b.example>", 1, "Hövelmann", "a@b.example"},
        {"A <a@b.example>,\n C <c@d.example>", 2, "C", "c@d.example"},
        {"Rat: A <a@b.example>, c@d.example;", 2, NULL, "c@d.example"},
        {"undisclosed-recipients:;", 0, NULL, NULL},
        {"", 0, NULL, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new();
        char *s = arena_printf(arena, HEAD "To: %s\n\nx\n", cases[i].header);
        struct mail *mail = read_text(arena, s, MAIL_HEAD);
        if (mail->to.n != cases[i].n)
            fail_msg("%s: %zu addresses", cases[i].header, mail->to.n);
        const struct mail_address *last = mail->to.n ? &mail->to.v[mail->to.n - 1] : NULL;
        if (last && (!text_equal(last->name, cases[i].name) ||
                     !text_equal(last->address, cases[i].address)))
            fail_msg("%s: %s, %s", cases[i].header, last->name, last->address);
        arena_free(arena);
    }
}

static void both_senders_are_seen(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct mail *mail = read_text(arena, "From: a@b.example\nFrom: c@d.example\n\n", MAIL_HEAD);
    assert_int_equal(mail->from.n, 2);
    assert_string_equal(mail->from.v[1].address, "c@d.example");
    assert_true(texts_has(&mail->defects, "field-twice"));
    assert_true(texts_has(&mail->defects, "no-date"));
    assert_true(texts_has(&mail->defects, "no-message-id"));
    arena_free(arena);
}

static void trace_fields_are_read(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct mail *mail =
        read_text(arena,
                  "Return-Path: <bounce@b.example>\n"
                  "Delivered-To: antraege@stadt.example\n"
                  "X-Original-To: rat@stadt.example\n"
                  "Received: from mail.b.example (helo by evil [192.0.2.1])\n"
                  "\tby MX.stadt.example (Postfix) with ESMTPS id 1;\n"
                  "\tMon, 09 Feb 2026 09:15:05 +0100 (CET)\n"
                  "Received: by mail.b.example; gestern\n"
                  "Resent-To: Rat <antraege@stadt.example>\n"
                  "In-Reply-To: Ihre Mail <x@y.example> von gestern\n"
                  "References: <r1@y.example>\n <x@y.example><r3@y.example>\n" HEAD "\nText\n",
                  MAIL_HEAD);
    assert_string_equal(mail->return_path, "bounce@b.example");
    assert_int_equal(mail->delivered_to.n, 2);
    assert_string_equal(mail->delivered_to.v[1], "rat@stadt.example");
    assert_int_equal(mail->hop_count, 2);
    assert_string_equal(mail->hops[0].by, "mx.stadt.example");
    assert_string_equal(mail->hops[0].from, "mail.b.example");
    assert_true(mail->hops[0].at == mail->date_at + 1);
    assert_string_equal(mail->hops[1].by, "mail.b.example");
    assert_null(mail->hops[1].from);
    assert_true(mail->hops[1].at == MOMENT_NONE);
    assert_int_equal(mail->in_reply_to.n, 1);
    assert_string_equal(mail->in_reply_to.v[0], "x@y.example");
    assert_int_equal(mail->references.n, 3);
    assert_string_equal(mail->message_id, "1@b.example");
    assert_int_equal(mail->defects.n, 0);
    arena_free(arena);
}

static void return_path_may_be_null_or_missing(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    assert_string_equal(read_text(arena, "Return-Path: <>\n\n", MAIL_HEAD)->return_path, "");
    assert_null(read_text(arena, HEAD "\n", MAIL_HEAD)->return_path);
    arena_free(arena);
}

/* ---- text ---- */

static void charsets_become_utf8(void **state)
{
    static const struct {
        const char *type, *body, *text;
        bool bad;
    } cases[] = {
        {"text/plain; charset=utf-8", "für", "für\n", false},
        {"text/plain; charset=\"UTF-8\"", "für", "für\n", false},
        {"text/plain; charset=iso-8859-1", "f\xfcr", "für\n", false},
        {"text/plain; charset=iso-8859-1",
         "\x84"
         "f\xfcr\x93",
         "„für“\n", false},
        {"text/plain; charset=iso-8859-15", "100 \xa4", "100 €\n", false},
        {"text/plain; charset=utf-8", "f\xfcr", "für\n", true},
        {"text/plain; charset=iso-8859-1", "für", "für\n", true},
        {"text/plain; charset=us-ascii", "f\xfcr", "für\n", true},
        {"text/plain; charset=us-ascii", "fuer", "fuer\n", false},
        {"text/plain; charset=x-none", "für", "für\n", true},
        {"text/plain; charset=x-none", "fuer", "fuer\n", false},
        {"text/plain; charset=../../../etc/x//", "f\xfcr", "für\n", true},
        {"text/plain", "f\xfcr", "für\n", false},
        {"text/plain; charset=utf-8", "äöüß\xc3", "äöüß\uFFFD\n", true},
        {"text/plain; charset=utf-8",
         "u\xcc\x88"
         "ber",
         "über\n", false},
        {"text/plain; charset=utf-8", "Rad\u00adweg\u200b 3\ufeff", "Radweg 3\n", false},
        {"text/plain; charset=utf-8", "Klein\u00ad\r\ndenkmal", "Klein-\ndenkmal\n", false},
        {"text/plain; charset=utf-8", "u\u200b\u0308ber", "über\n", false},
        {"text/plain; charset=utf-8",
         "a\x01\x7f\xc2\x85"
         "b",
         "ab\n", false},
        {"text/plain; charset=utf-8",
         "\xef\xbb\xbf"
         "a",
         "a\n", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new();
        char *s =
            arena_printf(arena, HEAD "Content-Type: %s\n\n%s\n", cases[i].type, cases[i].body);
        struct mail *mail = read_text(arena, s, MAIL_HEAD);
        if (strcmp(mail->text, cases[i].text) != 0)
            fail_msg("%zu %s: %s", i, cases[i].type, mail->text);
        if (texts_has(&mail->defects, "bad-charset") != cases[i].bad)
            fail_msg("%zu %s", i, cases[i].type);
        arena_free(arena);
    }
}

static void flowed_text_is_joined(void **state)
{
    static const struct {
        const char *parameters, *body, *text;
    } cases[] = {
        {"; format=flowed", "a \nb\nc\n", "a b\nc\n"},
        {"; format=flowed; delsp=yes", "Kin \ndergarten\n", "Kindergarten\n"},
        {"; format=flowed", " stuffed\n >no quote\n", "stuffed\n>no quote\n"},
        {"; format=flowed", "> a \n> b\n>> c\nd\n", "> a b\n>> c\nd\n"},
        {"; format=flowed", "a\n-- \nb\n", "a\n-- \nb\n"},
        {"; format=flowed", "open \n-- \nb\n", "open \n-- \nb\n"},
        {"", "a \nb\n", "a \nb\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new();
        char *s = arena_printf(arena, HEAD "Content-Type: text/plain; charset=utf-8%s\n\n%s",
                               cases[i].parameters, cases[i].body);
        assert_string_equal(read_text(arena, s, MAIL_HEAD)->text, cases[i].text);
        arena_free(arena);
    }
}

static void html_reads_as_a_person_sees_it(void **state)
{
    static const struct {
        const char *name, *html, *text;
    } cases[] = {
        {"paragraphs", "<p>a</p><p>b<br>c</p>", "a\n\nb\nc\n"},
        {"white space", "<p>  a\n  b\t c </p>", "a b c\n"},
        {"inline", "<p>a<b>b</b> <i>c</i></p>", "ab c\n"},
        {"entities", "<p>f&uuml;r &#8222;Wald&#x201c; &amp; 1&nbsp;&euro;</p>",
         "für „Wald“ & 1 €\n"},
        {"unseen characters", "<p>Leit&shy;stelle 27.&#8203;11.</p>", "Leitstelle 27.11.\n"},
        {"lists", "<ul><li>a<li>b</ul><ol start=3><li>c<li>d</ol><ol type=a><li>e</ol>",
         "- a\n- b\n\n3. c\n4. d\n\na) e\n"},
        {"item with paragraph", "<ol><li><p>a</p><li><p>b</p></ol>", "1. a\n\n2. b\n"},
        {"quote", "<div>a</div><blockquote><p>b</p><p>c</p></blockquote>d",
         "a\n\n> b\n>\n> c\n\nd\n"},
        {"table", "<table><tr><td>SPD<td>CDU<tr><td>Fraktion im Rat<td>x</table>",
         "SPD                CDU\nFraktion im Rat    x\n"},
        {"table for layout", "<table><tr><td><p>a</p><p>b</p></table>c", "a\n\nb\n\nc\n"},
        {"table of prose",
         "<table><tr><td>0123456789012345678901234567890123456789012345678901234567890123<td>b"
         "</table>",
         "0123456789012345678901234567890123456789012345678901234567890123\nb\n"},
        {"preformatted", "<pre>a  b\n  c</pre>", "a  b\n  c\n"},
        {"script, style, title", "<head><title>t</title><style>s</style></head><script>x</script>a",
         "a\n"},
        {"comments", "<!-- x -->a<!--[if mso]>y<![endif]-->", "a\n"},
        {"hidden", "<p hidden>x</p>a", "a\n"},
        {"display", "<p style='color:red; DISPLAY : none'>x</p>a", "a\n"},
        {"visibility", "<span style='visibility:hidden'>x</span>a", "a\n"},
        {"font size", "<span style='font-size:0px'>x</span>a", "a\n"},
        {"font size with zeros", "<span style='font-size:0.00em;'>x</span>a", "a\n"},
        {"small is seen", "<span style='font-size:0.9em'>x</span>a", "xa\n"},
        {"block is seen", "<p style='display:block'>x</p>", "x\n"},
        {"hidden in a table", "<table><tr style='display:none'><td>x<tr><td>a</table>", "a\n"},
        {"lines of div", "<div>a</div><div>b<br></div><div><br></div><div>c</div>", "a\nb\n\nc\n"},
        {"line breaks", "a<br>b<br><br>c<p>d<br></p><p>e", "a\nb\n\nc\n\nd\n\ne\n"},
        {"Outlook's paragraphs",
         "<p class=MsoNormal>a<o:p></o:p></p><p class=MsoNormal>b</p>"
         "<p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>c</p>",
         "a\nb\n\nc\n"},
        {"paragraphs without space", "<p style='margin:0'>a</p><p style='MARGIN: 0cm'>b</p>",
         "a\nb\n"},
        {"Word's bullets",
         "<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'>"
         "<![if !supportLists]><span style='font-family:Symbol'><span "
         "style='mso-list:Ignore'>\u00b7"
         "<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp; </span></span></span>"
         "<![endif]>eins<o:p></o:p></p><p class=MsoListParagraphCxSpLast style='mso-list:l0'>"
         "<![if !supportLists]><span style='mso-list:Ignore'>o<span>&nbsp;&nbsp;&nbsp; </span>"
         "</span><![endif]>zwei</p>",
         "- eins\n- zwei\n"},
        {"Word's numbers",
         "<p class=MsoListParagraph><span style='mso-list:Ignore'>2.<span>&nbsp;&nbsp; </span>"
         "</span>zwei</p>",
         "2. zwei\n"},
        {"Roman numbers",
         "<ol type=i start=3><li>a<li>b</ol><ol style='list-style-type:upper-roman'><li>c</ol>",
         "iii. a\niv. b\n\nI. c\n"},
        {"numbers of items", "<ol><li>a<li value=5>b<li>c</ol>", "1. a\n5. b\n6. c\n"},
        {"list in a list", "<ol><li>a<ul><li>b<li>c</ul><li>d</ol>", "1. a\n- b\n- c\n2. d\n"},
        {"list without marks", "<ul style='list-style:none'><li>a<li>b</ul>", "a\nb\n"},
        {"quote in a quote",
         "<blockquote type=cite>a<blockquote type=cite>b</blockquote></blockquote>",
         "> a\n>\n>> b\n"},
        {"quote of GMX", "a<div name='quote' style='border-left:2px solid'>b</div>c",
         "a\n\n> b\n\nc\n"},
        {"indented",
         "a<blockquote style='margin:0 0 0 40px;border:none;padding:0'><div>b</div></blockquote>c",
         "a\n\nb\n\nc\n"},
        {"quote of Outlook Express",
         "<BLOCKQUOTE style='PADDING-LEFT: 5px; MARGIN-LEFT: 5px; BORDER-LEFT: #000 2px "
         "solid'>b</BLOCKQUOTE>",
         "> b\n"},
        {"signature", "a<br>-- <br>b", "a\n-- \nb\n"},
        {"for Outlook only",
         "a<!--[if mso]><p>x</p><![endif]--><!--[if !mso]><!-->b<!--<![endif]-->"
         "<![if !mso]>c<![endif]><!--[if gte mso 9]><xml><o:x>y</o:x></xml><![endif]-->",
         "abc\n"},
        {"XML of Office", "<xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml>a",
         "a\n"},
        {"references to C1", "<p>&#150; &#132;x&#147; &#128; &#129;</p>", "– „x“ €\n"},
        {"preformatted by style", "<div style='white-space: pre-wrap'>a\n  b</div><p>c\nd",
         "a\n  b\n\nc d\n"},
        {"preformatted, no blank is special", "<pre>a\u00a0b\u00adc\u200b</pre>", "a bc\n"},
        {"no tag at all", "a\nb &amp; c < d\n\ne", "a\nb & c < d\n\ne\n"},
        {"hidden for Outlook", "<div style='mso-hide:all'>x</div>a", "a\n"},
        {"preheader",
         "<div style='display:none;font-size:1px;line-height:1px;max-height:0px;max-width:0px;"
         "opacity:0;overflow:hidden'>x</div><span style='height:0;overflow:hidden'>y</span>a",
         "a\n"},
        {"unreadably small", "<font style='font-size:1px'>x</font>a", "a\n"},
        {"small around large",
         "<table><tr><td style='font-size:0px'><div style='font-size:13px'>a</div>x"
         "<span style='font-size:2em'>y</span></table>",
         "a\n"},
        {"visible in invisible",
         "<div style='visibility:hidden'>x<p style='visibility:visible'>a</p></div>", "a\n"},
        {"colour of the ground",
         "<span style='color:#FFF;background-color: white'>x</span>"
         "<span style='color:transparent'>y</span><span style='color:white'>a</span>",
         "a\n"},
        {"far away",
         "<p style='text-indent:-9999px'>x<p style='position:absolute;left:-5000px'>y</p>"
         "<p style='text-indent:-18pt'>a</p>",
         "a\n"},
        {"hidden class",
         "<style>/* c */ p.x, .y { display: none !important; } @media print { .a {display:none} }"
         ".b .c {display:none}</style><p class=x>x</p><div class='z y'>y</div><p class=a>a</p><p "
         "class=c>c</p>"
         "<p class=y style='display:block'>d</p>",
         "a\n\nc\n\nd\n"},
        {"caption", "<table><caption>a</caption><tr><td>b<td>c</table>", "a\nb    c\n"},
        {"broken", "<p>a<div>b</p></b></td>c<", "a\n\nbc<\n"},
        {"nothing", "", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new();
        char *s =
            arena_printf(arena, HEAD "Content-Type: text/html; charset=utf-8\n\n%s", cases[i].html);
        struct mail *mail = read_text(arena, s, MAIL_CONTENT);
        if (strcmp(mail->text, cases[i].text) != 0)
            fail_msg("%s:\n%s", cases[i].name, mail->text);
        assert_false(mail->wants_content);
        arena_free(arena);
    }
}

static void html_waits_for_the_job_content(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    const char *s = HEAD "Content-Type: text/html\n\n<p>a</p>\n";
    struct mail *mail = read_text(arena, s, MAIL_HEAD);
    assert_true(mail->wants_content);
    assert_int_equal(mail->parts[0].text, PART_NONE);
    assert_null(mail->parts[0].content);
    assert_true(mail->parts[0].is_body);
    assert_string_equal(mail->text, "");
    mail = read_text(arena, s, MAIL_CONTENT);
    assert_int_equal(mail->parts[0].text, PART_EXTRACTED);
    assert_string_equal(mail->parts[0].content, "a\n");
    arena_free(arena);
}

static void html_may_name_its_charset(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct mail *mail = read_text(arena,
                                  HEAD "Content-Type: text/html\n\n<meta charset='iso-8859-15'>"
                                       "<p>100 \xa4</p>",
                                  MAIL_CONTENT);
    assert_string_equal(mail->text, "100 €\n");
    arena_free(arena);
}

/* ---- parts ---- */

#define ALTERNATIVE(plain)                                     \
    HEAD "Content-Type: multipart/alternative; boundary=b\n\n" \
         "--b\nContent-Type: text/plain\n\n" plain "\n"        \
         "--b\nContent-Type: text/html\n\n<p>Der Antrag</p>\n--b--\n"

static void alternative_takes_the_plain_text(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct mail *mail = read_text(arena, ALTERNATIVE("Der Antrag"), MAIL_CONTENT);
    assert_string_equal(mail->text, "Der Antrag");
    assert_int_equal(mail->part_count, 2);
    assert_true(mail->parts[0].is_body);
    assert_false(mail->parts[1].is_body);
    assert_int_equal(mail->parts[1].text, PART_NONE);
    assert_false(read_text(arena, ALTERNATIVE("Der Antrag"), MAIL_HEAD)->wants_content);
    arena_free(arena);
}

static void alternative_does_not_take_a_stub(void **state)
{
    static const char *const mails[] = {
        ALTERNATIVE(""),
        ALTERNATIVE("Diese Nachricht ist im HTML-Format."),
        ALTERNATIVE("View this email in your browser"),
    };
    (void)state;
    for (size_t i = 0; i < sizeof mails / sizeof *mails; i++) {
        struct arena *arena = arena_new();
        struct mail *mail = read_text(arena, mails[i], MAIL_CONTENT);
        assert_string_equal(mail->text, "Der Antrag\n");
        assert_false(mail->parts[0].is_body);
        assert_true(mail->parts[1].is_body);
        assert_true(read_text(arena, mails[i], MAIL_HEAD)->wants_content);
        arena_free(arena);
    }
}

#define LONG_HTML                                                                             \
    "<style>p { margin: 0 }</style><p>Sehr geehrter Herr B&uuml;rgermeister, die Fraktion "   \
    "beantragt, den Spielplatz am Bach zu erneuern. " LONG_LINE LONG_LINE LONG_LINE LONG_LINE \
        LONG_LINE LONG_LINE LONG_LINE LONG_LINE LONG_LINE "</p>"
#define LONG_LINE "Der Rat beschlie&szlig;t, daf&uuml;r 40.000 Euro in den Haushalt einzustellen. "

/* What stands in the parts, and which of them is the body. */
static void the_body_is_found_in_every_order(void **state)
{
    static const struct {
        const char *name, *mail;
        const char *text;   /* begins so */
        const char *bodies; /* their paths */
    } cases[] = {
        {"a plain text that is only a part of the HTML",
         "multipart/alternative; boundary=b\n\n--b\n\nThis message needs a modern program.\n"
         "--b\nContent-Type: text/html\n\n" LONG_HTML "\n--b--\n",
         "Sehr geehrter", "2"},
        {"HTML before the plain text",
         "multipart/alternative; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>Antrag</p>\n"
         "--b\n\nDer Antrag\n--b--\n",
         "Der Antrag", "2"},
        {"HTML with its pictures, below an empty text",
         "multipart/alternative; boundary=b\n\n--b\n\n \n--b\n"
         "Content-Type: multipart/related; boundary=r\n\n--r\nContent-Type: text/html\n\n"
         "<p>Antrag</p>\n--r\nContent-Type: image/png\n\nx\n--r--\n--b--\n",
         "Antrag\n", "2.1"},
        {"a calendar beside both",
         "multipart/alternative; boundary=b\n\n--b\n\nEinladung\n--b\nContent-Type: text/html\n\n"
         "<p>Einladung</p>\n--b\nContent-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n"
         "--b--\n",
         "Einladung", "1"},
        {"only a calendar beside the HTML",
         "multipart/alternative; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>Einladung</p>\n"
         "--b\nContent-Type: text/calendar\n\nBEGIN:VCALENDAR\n--b--\n",
         "Einladung\n", "1"},
        {"a file within the alternative",
         "multipart/alternative; boundary=b\n\n--b\n\nDer Antrag\n--b\n"
         "Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: "
         "text/html\n\n<p>Der\n--m\n"
         "Content-Type: application/x-none; name=a.bin\n\nx\n--m\nContent-Type: text/html\n\n"
         "Antrag\n--m--\n--b--\n",
         "Der Antrag", "1"},
        {"text above and below a file",
         "multipart/mixed; boundary=b\n\n--b\n\nDer Antrag\n--b\nContent-Type: application/x-none\n"
         "Content-Disposition: inline; filename=a.bin\n\nx\n--b\n\nMit Dank\n--b--\n",
         "Der Antrag\nMit Dank", "1 3"},
        {"the picture before the HTML it belongs to",
         "multipart/related; boundary=b\n\n--b\nContent-Type: image/png\n\nx\n"
         "--b\nContent-Type: text/html\n\n<p>Antrag</p>\n--b--\n",
         "Antrag\n", "2"},
        {"the root that is named",
         "multipart/related; boundary=b; start=\"<r@x>\"\n\n--b\nContent-Type: "
         "text/html\n\n<p>Rahmen"
         "\n--b\nContent-Type: text/html\nContent-ID: <r@x>\n\n<p>Antrag</p>\n--b--\n",
         "Antrag\n", "2"},
        {"a signed alternative",
         "multipart/signed; boundary=s; protocol=\"application/pgp-signature\"\n\n--s\n"
         "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nDer Antrag\n--b\n"
         "Content-Type: text/html\n\n<p>Der Antrag\n--b--\n--s\n"
         "Content-Type: application/pgp-signature\n\nx\n--s--\n",
         "Der Antrag", "1.1"},
        {"a body with a name", "text/plain; name=\"body.txt\"\n\nDer Antrag\n", "Der Antrag", "1"},
        {"a body with a name, and a text that is attached",
         "multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; name=\"part1.txt\"\n"
         "Content-Disposition: inline\n\nDer Antrag\n--b\nContent-Type: text/plain; name=a.txt\n"
         "Content-Disposition: inline\n\nAnlage\n--b--\n",
         "Der Antrag", "1"},
        {"an alternative in an attached message",
         "multipart/mixed; boundary=b\n\n--b\n\nzur Kenntnis\n--b\nContent-Type: message/rfc822\n\n"
         "Subject: x\nContent-Type: multipart/alternative; boundary=i\n\n--i\n\nDer Antrag\n--i\n"
         "Content-Type: text/html\n\n<p>Der Antrag\n--i--\n--b--\n",
         "zur Kenntnis", "1"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new();
        struct text bodies;
        text_init(&bodies, arena);
        struct mail *mail = read_text(
            arena, arena_printf(arena, HEAD "Content-Type: %s", cases[i].mail), MAIL_CONTENT);
        for (size_t k = 0; k < mail->part_count; k++)
            if (mail->parts[k].is_body)
                text_addf(&bodies, bodies.len ? " %s" : "%s", mail->parts[k].path);
        if (!text_starts(mail->text, cases[i].text))
            fail_msg("%s: %s", cases[i].name, mail->text);
        if (strcmp(bodies.s, cases[i].bodies) != 0)
            fail_msg("%s: %s", cases[i].name, bodies.s);
        arena_free(arena);
    }
}

/* The form of the body that is not read is no letter of its own, in an attached message neither. */
static void the_other_form_is_not_opened(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct mail *mail =
        read_text(arena,
                  HEAD "Content-Type: message/rfc822\n\nSubject: x\n"
                       "Content-Type: multipart/alternative; boundary=i\n\n--i\n\nDer Antrag\n--i\n"
                       "Content-Type: text/html\n\n<p>Der Antrag\n--i--\n",
                  MAIL_CONTENT);
    assert_int_equal(mail->part_count, 2);
    assert_int_equal(mail->parts[0].text, PART_EXTRACTED);
    assert_int_equal(mail->parts[1].text, PART_NONE);
    arena_free(arena);
}

static void files_are_known_by_their_names(void **state)
{
    static const struct {
        const char *type, *name, *bytes;
        enum part_text text;
    } cases[] = {
        {"application/octet-stream", "Antrag.txt", "Antrag", PART_EXTRACTED},
        {"application/octet-stream", "Antrag.HTML", "<p>Antrag", PART_EXTRACTED},
        {"application/octet-stream", "Bild.JPG", "x", PART_IMAGE},
        {"application/octet-stream", "a.bin", "x", PART_NONE},
        {"application/x-none", "Antrag.txt", "Antrag", PART_NONE},
        {"text/plain", "Antrag.pdf", "%PDF-1.4 and no more", PART_UNREADABLE},
        {"text/plain", "Antrag.txt", "Antrag", PART_EXTRACTED},
        {"image/ jpeg", "Bild", "x", PART_IMAGE},
        {"application / octet-stream", "Bild.jpg", "x", PART_IMAGE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new();
        struct mail *mail = read_text(
            arena,
            arena_printf(
                arena, HEAD "Content-Type: %s\nContent-Disposition: attachment; filename=%s\n\n%s",
                cases[i].type, cases[i].name, cases[i].bytes),
            MAIL_CONTENT);
        if (mail->parts[0].text != cases[i].text)
            fail_msg("%s %s: %s", cases[i].type, cases[i].name,
                     part_text_to_text(mail->parts[0].text));
        arena_free(arena);
    }
}

static void a_text_without_header_is_read(void **state)
{
    static const char *const mails[] = {
        "Sehr geehrte Damen und Herren,\n",
        "Sehr geehrte Damen und Herren,\n\nhier ist kein Kopf.\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof mails / sizeof *mails; i++) {
        struct arena *arena = arena_new();
        struct mail *mail = read_text(arena, mails[i], MAIL_HEAD);
        assert_int_equal(mail->part_count, 1);
        assert_string_equal(mail->text, mails[i]);
        arena_free(arena);
    }
}

/* Whatever was sent is a leaf; what is empty or broken is one, too. */
static void broken_entities_are_leaves(void **state)
{
    static const char *const mails[] = {
        HEAD "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b\n"
             "Content-Type: multipart/mixed; boundary=c\n\n--b--\n",
        HEAD "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b\n"
             "Content-Type: message/rfc822; name=a.eml\n\nno message at all!\n--b--\n",
        HEAD "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b\n"
             "Content-Type: message/rfc822; name=a.eml\n\n--b--\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof mails / sizeof *mails; i++) {
        struct arena *arena = arena_new();
        struct mail *mail = read_text(arena, mails[i], MAIL_CONTENT);
        if (mail->part_count != 2)
            fail_msg("%zu: %zu parts", i, mail->part_count);
        assert_true(texts_has(&mail->defects, "bad-mime"));
        arena_free(arena);
    }
}

static void parts_have_imap_numbers(void **state)
{
    static const char mail_text[] =
        HEAD "Content-Type: multipart/mixed; boundary=m\n\n"
             "--m\nContent-Type: multipart/alternative; boundary=a\n\n"
             "--a\n\nplain\n--a\nContent-Type: text/html\n\n<p>html</p>\n--a--\n"
             "--m\nContent-Type: message/rfc822\n\n"
             "Subject: one leaf\n\ninner\n"
             "--m\nContent-Type: message/rfc822\n\n"
             "Content-Type: multipart/mixed; boundary=i\n\n"
             "--i\n\nx\n--i\nContent-Type: image/PNG; name=b.png\n\nabc\n--i--\n"
             "--m\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\n"
             "Content-Disposition: attachment; filename=\"../a.pdf\"\n\nYWJj\n"
             "--m--\n";
    static const struct {
        const char *path, *type, *name;
        size_t size;
        enum part_text text;
        bool is_body;
    } expected[] = {
        {"1.1", "text/plain", NULL, 5, PART_EXTRACTED, true},
        {"1.2", "text/html", NULL, 11, PART_NONE, false},
        {"2.1", "text/plain", NULL, 5, PART_EXTRACTED, false},
        {"3.1", "text/plain", NULL, 1, PART_EXTRACTED, false},
        {"3.2", "image/png", "b.png", 3, PART_IMAGE, false},
        {"4", "application/pdf", "a.pdf", 3, PART_UNREADABLE, false},
    };
    (void)state;
    struct arena *arena = arena_new();
    struct mail *mail = read_text(arena, mail_text, MAIL_CONTENT);
    assert_int_equal(mail->part_count, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < mail->part_count; i++) {
        const struct mail_part *part = &mail->parts[i];
        assert_string_equal(part->path, expected[i].path);
        assert_string_equal(part->type, expected[i].type);
        assert_true(text_equal(part->name, expected[i].name));
        assert_int_equal(part->size, expected[i].size);
        assert_int_equal(part->text, expected[i].text);
        assert_int_equal(part->is_body, expected[i].is_body);
    }
    /* FIPS 180-4, "abc" */
    assert_string_equal(mail->parts[5].sha256,
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_string_equal(mail->text, "plain");
    assert_int_equal(strlen(mail->body_digest), 64);
    arena_free(arena);
}

/* How lines end, and what blank there is behind the last, is no other content. */
static void contents_are_compared_by_what_they_say(void **state)
{
#define TWO_PARTS(first, second)                                                       \
    "Subject: a\nContent-Type: multipart/mixed; boundary=m\n\n--m\n\n" first "\n--m\n" \
    "Content-Type: application/octet-stream; name=a.bin\n\n" second "\n--m--\n"
    static const struct {
        const char *name, *mail;
        bool same;
    } cases[] = {
        {"without the last newline", "Subject: a\n\neins\n\nzwei", true},
        {"with CR LF", "Subject: a\r\n\r\neins\r\n\r\nzwei\r\n", true},
        {"with blanks at the end", "Subject: a\n\neins\n\nzwei \n \n\n\n", true},
        {"another encoding",
         "Subject: a\nContent-Transfer-Encoding: quoted-printable\n\neins\n\nzw=\nei", true},
        {"base64, CR LF", "Subject: a\nContent-Transfer-Encoding: base64\n\nZWlucw0KDQp6d2Vp",
         true},
        {"other words", "Subject: a\n\neins\n\ndrei\n", false},
        {"a line less", "Subject: a\n\neins\nzwei\n", false},
        {"blanks within", "Subject: a\n\neins \n\nzwei\n", false},
        {"blanks before", "Subject: a\n\n\neins\n\nzwei\n", false},
        {"another type", "Subject: a\nContent-Type: text/html\n\neins\n\nzwei\n", false},
        {"no text at all", "Subject: a\n\n\n", false},
    };
    (void)state;
    struct arena *arena = arena_new();
    const char *sum = read_text(arena, "Subject: a\n\neins\n\nzwei\n", MAIL_HEAD)->body_digest;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mail *mail = read_text(arena, cases[i].mail, MAIL_HEAD);
        if (text_equal(mail->body_digest, sum) != cases[i].same)
            fail_msg("%s", cases[i].name);
    }
    sum = read_text(arena, TWO_PARTS("eins\n", "abc\n"), MAIL_HEAD)->body_digest;
    assert_string_equal(read_text(arena, TWO_PARTS("eins", "abc\n"), MAIL_HEAD)->body_digest, sum);
    /* of a file each byte counts */
    assert_string_not_equal(read_text(arena, TWO_PARTS("eins\n", "abc"), MAIL_HEAD)->body_digest,
                            sum);
    arena_free(arena);
}

static void file_names_are_only_names(void **state)
{
    static const struct {
        const char *field, *name;
    } cases[] = {
        {"filename=a.pdf", "a.pdf"},
        {"filename=\"a b.pdf\"", "a b.pdf"},
        {"filename=a b.pdf", "a b.pdf"},
        {"filename=\"/etc/passwd\"", "passwd"},
        {"filename=\"C:\\\\x\\\\a.pdf\"", "a.pdf"},
        {"filename=\"..\"", NULL},
        {"filename=\"a/\"", NULL},
        {"filename=\"\"", NULL},
        {"filename*=utf-8''f%C3%BCr.pdf", "für.pdf"},
        {"filename=fuer.pdf; filename*=utf-8''f%C3%BCr.pdf", "für.pdf"},
        {"filename*=utf-8''f%C3%BCr.pdf; filename=fuer.pdf", "für.pdf"},
        {"filename*=utf-8''f%FCr.pdf", "für.pdf"},
        {"filename*=iso-8859-1'de'f%FCr.pdf", "für.pdf"},
        {"filename*0*=utf-8''f%C3; filename*1*=%BCr; filename*2=\".pdf\"", "für.pdf"},
        {"filename*1=\"b.pdf\"; filename*0=\"a\"", "ab.pdf"},
        {"filename=\"=?utf-8?Q?f=C3=BCr.pdf?=\"", "für.pdf"},
        {"filename=\"f\xfcr.pdf\"", "für.pdf"},
        {"filename*=utf-8''a%2Fb%00c.pdf", "bc.pdf"},
        {"filename*=utf-8''x%E2%80%AEfdp.exe", "xfdp.exe"},
        {"filename*=utf-8''%", "%"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new();
        char *s = arena_printf(arena,
                               HEAD "Content-Type: application/pdf\n"
                                    "Content-Disposition: attachment; %s\n\nx\n",
                               cases[i].field);
        struct mail *mail = read_text(arena, s, MAIL_HEAD);
        assert_int_equal(mail->part_count, 1);
        assert_string_equal(mail->parts[0].path, "1");
        if (!text_equal(mail->parts[0].name, cases[i].name))
            fail_msg("%s: %s", cases[i].field, mail->parts[0].name);
        arena_free(arena);
    }
}

static void words_of_mail_are_folded(void **state)
{
    static const char *const words[] = {
#define AUTO_SUBJECT(s) s,
#define BOUNCE_SUBJECT(s) s,
#define RECEIPT_SUBJECT(s) s,
#define ATTACHMENT_CUE(s) s,
#define STUB_CUE(s) s,
#define FORWARD_MARK(s) s,
#include "mail/words_mail.def"
    };
    (void)state;
    struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        assert_string_equal(words[i], text_fold(arena, words[i]));
    arena_free(arena);
}

static void a_missing_attachment_is_told(void **state)
{
    static const struct {
        const char *header, *body;
        bool missing;
    } cases[] = {
        {"", "Guten Tag,\n\nanbei unser Antrag.\n", true},
        {"", "siehe\nAnlage\n", true},
        {"", "Das Dokument ist im Anhang.\n", true},
        {"", "Wir beraten den Antrag.\n", false},
        {"", "Wo anbeißen?\n", false},
        {"", "> anbei unser Antrag\n\nDanke!\n", false},
        {"", "Danke!\n\n-----Ursprüngliche Nachricht-----\nanbei\n", false},
        {"Content-Type: multipart/mixed; boundary=b\n",
         "--b\n\nanbei\n--b\nContent-Type: application/pdf\n\nx\n--b--\n", false},
        {"Content-Type: multipart/mixed; boundary=b\n",
         "--b\n\nanbei\n--b\nContent-Type: message/rfc822\n\nSubject: x\n\nx\n--b--\n", false},
        {"Content-Type: multipart/signed; boundary=b\n",
         "--b\n\nanbei\n--b\nContent-Type: application/pkcs7-signature; name=smime.p7s\n\nx\n"
         "--b--\n",
         true},
        {"Content-Type: multipart/alternative; boundary=b\n",
         "--b\n\nanbei\n--b\nContent-Type: text/html\n\n<p>anbei\n--b--\n", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new();
        char *s = arena_printf(arena, HEAD "%s\n%s", cases[i].header, cases[i].body);
        struct mail *mail = read_text(arena, s, MAIL_CONTENT);
        if (texts_has(&mail->defects, "attachment-missing") != cases[i].missing)
            fail_msg("%s", cases[i].body);
        arena_free(arena);
    }
}

/* ---- damage and limits ---- */

static void damage_is_read_as_far_as_it_goes(void **state)
{
    static const struct {
        const char *name, *mail, *text, *defect;
    } cases[] = {
        {"no end", HEAD "Content-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n", "text\n",
         "truncated"},
        {"no boundary in the text", HEAD "Content-Type: multipart/mixed; boundary=b\n\ntext\n",
         "text\n", "bad-mime"},
        {"no boundary at all", HEAD "Content-Type: multipart/mixed\n\ntext\n", "text\n",
         "bad-mime"},
        {"no header", "\ntext\n", "text\n", "no-from"},
        {"a line that is no field", HEAD "what is this\nSubject: x\n\ntext\n", NULL, "bad-header"},
        {"only a header", HEAD, "", NULL},
        {"libetpan's crash", HEAD "Content-Type: multipart/mixed; boundary=\"\\\"\"\n\ntext\n",
         "text\n", "bad-mime"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new();
        struct mail *mail = read_text(arena, cases[i].mail, MAIL_CONTENT);
        if (cases[i].text && strcmp(mail->text, cases[i].text) != 0)
            fail_msg("%s: %s", cases[i].name, mail->text);
        if (cases[i].defect && !texts_has(&mail->defects, cases[i].defect))
            fail_msg("%s: no %s", cases[i].name, cases[i].defect);
        arena_free(arena);
    }
}

static void nul_bytes_are_told(void **state)
{
    static const char mail_text[] = HEAD "Subject: a\0b\n\nc\0d\n";
    (void)state;
    struct arena *arena = arena_new();
    struct mail *mail = read_bytes(arena, mail_text, sizeof mail_text - 1, MAIL_HEAD);
    assert_string_equal(mail->subject, "a b");
    assert_string_equal(mail->text, "cd\n");
    assert_true(texts_has(&mail->defects, "nul-bytes"));
    arena_free(arena);
}

/* before, then unit n times, then after */
static char *repeat(struct arena *arena, const char *before, const char *unit, size_t n,
                    const char *after)
{
    struct text text;
    text_init(&text, arena);
    text_add(&text, before);
    while (n-- > 0)
        text_add(&text, unit);
    text_add(&text, after);
    return text.s;
}

static void headers_have_limits(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct mail *mail;
    struct err err;
    char *s = repeat(arena, "Subject: Antrag\nTo: ", "b@c.example,\n ", MAIL_MAX_FIELD,
                     "b@c.example\n" HEAD "\nx\n");
    mail = read_text(arena, s, MAIL_HEAD);
    assert_true(texts_has(&mail->defects, "header-too-large"));
    assert_true(texts_has(&mail->defects, "too-many-addresses"));
    assert_string_equal(mail->from.v[0].address, "a@b.example");
    assert_string_equal(mail->subject, "Antrag");
    assert_string_equal(mail->text, "x\n");
    s = repeat(arena, HEAD, "X-A: b\n", MAIL_MAX_HEADER, "From: second@b.example\n\nx\n");
    mail = read_text(arena, s, MAIL_HEAD);
    assert_true(texts_has(&mail->defects, "header-too-large"));
    assert_true(texts_has(&mail->defects, "field-twice"));
    assert_int_equal(mail->from.n, 2);
    assert_string_equal(mail->text, "x\n");
    s = repeat(arena, "Subject: ", "a", 3 * MAIL_MAX_FIELD, "\n" HEAD "\nx\n");
    mail = read_text(arena, s, MAIL_HEAD);
    assert_true(texts_has(&mail->defects, "header-too-large"));
    assert_string_equal(mail->from.v[0].address, "a@b.example");
    assert_string_equal(mail->text, "x\n");
    assert_false(mail_read(arena, "", 0, MAIL_HEAD, &mail, &err));
    arena_free(arena);
}

/* GMime's own stack would overflow: at the top, and in an attached message. */
static void groups_in_groups_are_refused(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    char *deep = repeat(arena, "To: ", "g:", MAIL_MAX_FIELD / 2 - 10, "\n");
    struct mail *mail = read_text(arena, arena_printf(arena, "%s" HEAD "\nx\n", deep), MAIL_HEAD);
    assert_true(texts_has(&mail->defects, "bad-address"));
    assert_string_equal(mail->from.v[0].address, "a@b.example");
    deep = repeat(arena, HEAD "Content-Type: message/rfc822\n\nTo: ", "g:", 200000, "\n\nx\n");
    mail = read_text(arena, deep, MAIL_HEAD);
    assert_true(texts_has(&mail->defects, "bad-mime"));
    assert_int_equal(mail->part_count, 1);
    assert_string_equal(mail->parts[0].type, "message/rfc822");
    arena_free(arena);
}

static void depth_and_number_have_limits(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    char *s = repeat(arena, HEAD, "Content-Type: message/rfc822\n\n", 3000, "\nx\n");
    struct mail *mail = read_text(arena, s, MAIL_HEAD);
    assert_true(texts_has(&mail->defects, "too-deep"));
    struct text nested;
    text_init(&nested, arena);
    text_add(&nested, HEAD "Content-Type: multipart/mixed; boundary=b0\n\n--b0\n\nseen\n");
    for (int i = 1; i < 300; i++)
        text_addf(&nested, "--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n", i - 1, i);
    mail = read_text(arena, nested.s, MAIL_HEAD);
    assert_true(texts_has(&mail->defects, "too-deep"));
    assert_string_equal(mail->text, "seen");
    s = repeat(arena, HEAD "Content-Type: multipart/mixed; boundary=b\n\n", "--b\n\nx\n", 1000,
               "--b--\n");
    mail = read_text(arena, s, MAIL_HEAD);
    assert_int_equal(mail->part_count, MAIL_MAX_PARTS);
    assert_true(texts_has(&mail->defects, "too-many-parts"));
    arena_free(arena);
}

/* What would make more objects in GMime than there is memory is not parsed; what only looks like it
 * is. */
static void parts_are_counted_before_they_are_parsed(void **state)
{
    static const struct {
        const char *unit;
        size_t n;
        bool cut;
    } cases[] = {
        {"--b\n\nx\n", 20000, true},
        {"--b\n", 20000, true},
        {"--b\nX-A: b\n", 4000, false},
        {"--b\nX-A: b\nX-B: c\nX-C: d\nX-D: e\nX-E: f\nX-F: g\n\n", 4000, true},
        {"-- a comment\n", 20000, false},
        {"-- \n", 20000, false},
        {"--- a/file --- b/file\n", 20000, false},
        {"- one\n", 20000, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new();
        char *s = repeat(arena, HEAD "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nseen\n",
                         cases[i].unit, cases[i].n, "--b\nContent-Type: a/b\n\nx\n--b--\n");
        struct mail *mail = read_text(arena, s, MAIL_HEAD);
        assert_true(text_starts(mail->text, "seen"));
        if (texts_has(&mail->defects, "truncated") != cases[i].cut)
            fail_msg("%s", cases[i].unit);
        arena_free(arena);
    }
}

static void text_has_a_limit(void **state)
{
    static const char *const types[] = {"text/plain", "text/html"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct arena *arena = arena_new();
        char *head = arena_printf(arena, HEAD "Content-Type: %s\n\n", types[i]);
        char *s = repeat(arena, head, "0123456789012345678901234567890123456789\n",
                         MAIL_MAX_TEXT / 41 + 10, "");
        struct mail *mail = read_text(arena, s, MAIL_CONTENT);
        assert_int_equal(mail->parts[0].text, PART_TOO_LARGE);
        assert_null(mail->parts[0].content);
        assert_string_equal(mail->text, "");
        arena_free(arena);
    }
}

/* Each is small enough, all of them are not: as parts, and as files of a message in one part. */
static void all_texts_together_have_a_limit(void **state)
{
    static const char *const begins[] = {"Content-Type: multipart/mixed; boundary=b\n\n",
                                         "Content-Type: application/x-none; name=a.eml\n\n"
                                         "Content-Type: multipart/mixed; boundary=b\n\n"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct arena *arena = arena_new();
        char *part =
            repeat(arena, "--b\n\n", "0123456789012345678901234567890123456789\n", 30000, "");
        char *s = repeat(arena, arena_printf(arena, HEAD "%s", begins[i]), part, 5, "--b--\n");
        struct mail *mail = read_text(arena, s, MAIL_CONTENT);
        size_t all = 0;
        for (size_t k = 0; k < mail->part_count; k++)
            all += mail->parts[k].content ? strlen(mail->parts[k].content) : 0;
        assert_true(all > MAIL_MAX_TEXT / 2 && all <= MAIL_MAX_TEXT);
        assert_true(texts_has(&mail->defects, "too-much-text"));
        assert_int_equal(mail->parts[0].text, PART_EXTRACTED);
        arena_free(arena);
    }
}

static void hostile_html_ends(void **state)
{
    static const struct {
        const char *before, *unit, *after;
        size_t n;
    } cases[] = {
        {"", "<div>", "x", 50000},
        {"", "<table><tr><td>", "x", 20000},
        {"", "<blockquote>a", "x", 20000},
        {"<ol>", "<li>x", "", 20000},
        {"<table>", "<tr><td>0123456789012345678901234567890123456789<td>x", "", 20000},
        {"<p style='", "display:", "none'>x", 100000},
        {"<p ", "a\"", ">x", 500000},
        {"<p a='>' ", "b='>'", ">x", 500000},
        {"<table><tr>", "<td>a", "", 500000},
        {"<table>", "<tr><td>a<td>b", "", 200000},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new();
        char *html = repeat(arena, cases[i].before, cases[i].unit, cases[i].n, cases[i].after);
        char *s = arena_printf(arena, HEAD "Content-Type: text/html\n\n%s", html);
        struct mail *mail = read_text(arena, s, MAIL_CONTENT);
        assert_true(strlen(mail->text) <= MAIL_MAX_TEXT * 2);
        arena_free(arena);
    }
}

static void smime_is_told(void **state)
{
    static const struct {
        const char *type;
        enum part_text text;
    } cases[] = {
        {"application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", PART_ENCRYPTED},
        {"application/x-pkcs7-mime; smime-type=signed-data; name=smime.p7m", PART_ENCRYPTED},
        {"application/pkcs7-mime; name=smime.p7m", PART_ENCRYPTED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena *arena = arena_new();
        /* 30 82 01 00 06 09, the OID of enveloped-data; the bytes decide, not the parameter */
        char *s = arena_printf(arena,
                               HEAD "Content-Type: %s\nContent-Transfer-Encoding: base64\n\n"
                                    "MIIBAAYJKoZIhvcNAQcDoIAA\n",
                               cases[i].type);
        struct mail *mail = read_text(arena, s, MAIL_CONTENT);
        assert_int_equal(mail->parts[0].text, cases[i].text);
        assert_string_equal(mail->text, "");
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_file_is_opened_after_preload),
        cmocka_unit_test(dates_keep_their_offset),
        cmocka_unit_test(moment_of_the_date_is_right),
        cmocka_unit_test(subjects_are_decoded),
        cmocka_unit_test(addresses_are_read),
        cmocka_unit_test(both_senders_are_seen),
        cmocka_unit_test(trace_fields_are_read),
        cmocka_unit_test(return_path_may_be_null_or_missing),
        cmocka_unit_test(charsets_become_utf8),
        cmocka_unit_test(flowed_text_is_joined),
        cmocka_unit_test(html_reads_as_a_person_sees_it),
        cmocka_unit_test(html_waits_for_the_job_content),
        cmocka_unit_test(html_may_name_its_charset),
        cmocka_unit_test(alternative_takes_the_plain_text),
        cmocka_unit_test(alternative_does_not_take_a_stub),
        cmocka_unit_test(the_body_is_found_in_every_order),
        cmocka_unit_test(the_other_form_is_not_opened),
        cmocka_unit_test(files_are_known_by_their_names),
        cmocka_unit_test(a_text_without_header_is_read),
        cmocka_unit_test(broken_entities_are_leaves),
        cmocka_unit_test(parts_have_imap_numbers),
        cmocka_unit_test(contents_are_compared_by_what_they_say),
        cmocka_unit_test(file_names_are_only_names),
        cmocka_unit_test(words_of_mail_are_folded),
        cmocka_unit_test(a_missing_attachment_is_told),
        cmocka_unit_test(damage_is_read_as_far_as_it_goes),
        cmocka_unit_test(nul_bytes_are_told),
        cmocka_unit_test(headers_have_limits),
        cmocka_unit_test(groups_in_groups_are_refused),
        cmocka_unit_test(depth_and_number_have_limits),
        cmocka_unit_test(parts_are_counted_before_they_are_parsed),
        cmocka_unit_test(text_has_a_limit),
        cmocka_unit_test(all_texts_together_have_a_limit),
        cmocka_unit_test(hostile_html_ends),
        cmocka_unit_test(smime_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
