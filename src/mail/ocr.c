/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/ocr.h"

void ocr_note(struct reader *reader, enum ocr_result result)
{
    if (result == OCR_TOO_LARGE)
        reader_defect(reader, "too-many-pixels");
    else if (result == OCR_TOO_SLOW)
        reader_defect(reader, "too-slow");
}

#ifdef HAVE_TESSERACT

#include "mail/pdf_stream.h"

#include <fontconfig/fontconfig.h>
#include <leptonica/allheaders.h>
#include <omp.h>
#include <string.h>
#include <tesseract/capi.h>

static TessBaseAPI *engine;

bool ocr_is_built(void)
{
    return true;
}

bool ocr_is_on(void)
{
    return engine != NULL;
}

/* What tesseract sets up at first use is so used once. */
static void rehearse(void)
{
    unsigned char white[64 * 64];
    double seconds = 5;
    char *text;
    struct arena *arena = arena_new();
    memset(white, 255, sizeof white);
    ocr_read_pixels(arena, white, 64, 64, 300, &seconds, &text);
    arena_free(arena);
}

/* The machine's fonts are files, and looking for them ends a locked process: there are none. */
static void forget_fonts(void)
{
    FcConfig *none = FcConfigCreate();
    if (!none || !FcConfigSetCurrent(none))
        panic("ocr: no memory for a list of no fonts");
    FcConfigDestroy(none); /* fontconfig holds it, too */
}

bool ocr_enable(struct err *err_r)
{
    if (engine)
        return true;
    forget_fonts();
    /* the sandbox lets a job make no threads */
    omp_set_max_active_levels(0);
    TessBaseAPI *fresh = TessBaseAPICreate();
    if (TessBaseAPIInit3(fresh, NULL, "deu") != 0) {
        TessBaseAPIDelete(fresh);
        return err_set(err_r, ERR_UNAVAILABLE,
                       "ocr: tesseract has no German model; on Debian: apt install "
                       "tesseract-ocr-deu");
    }
    TessBaseAPISetVariable(fresh, "debug_file", "/dev/null");
    setMsgSeverity(L_SEVERITY_NONE);
    engine = fresh;
    rehearse();
    return true;
}

/* Of the picture that the engine has. */
static enum ocr_result recognize(struct arena *arena, double *seconds, char **text_r)
{
    double begin = pdf_seconds_used();
    ETEXT_DESC *monitor = TessMonitorCreate();
    TessMonitorSetDeadlineMSecs(monitor, (int)(*seconds * 1000));
    bool ok = *seconds > 0 && TessBaseAPIRecognize(engine, monitor) == 0;
    *seconds -= pdf_seconds_used() - begin;
    char *text = ok ? TessBaseAPIGetUTF8Text(engine) : NULL;
    *text_r = arena_strdup(arena, text);
    TessDeleteText(text);
    TessMonitorDelete(monitor);
    TessBaseAPIClear(engine);
    if (*seconds <= 0)
        return OCR_TOO_SLOW;
    return *text_r && strspn(*text_r, " \n\f") < strlen(*text_r) ? OCR_TEXT : OCR_NOTHING;
}

enum ocr_result ocr_read_pixels(struct arena *arena, const unsigned char *grey, int width,
                                int height, int dots_per_inch, double *seconds, char **text_r)
{
    if ((double)width * height > OCR_MAX_PIXELS)
        return OCR_TOO_LARGE;
    TessBaseAPISetImage(engine, grey, width, height, 1, width);
    TessBaseAPISetSourceResolution(engine, dots_per_inch);
    return recognize(arena, seconds, text_r);
}

enum ocr_result ocr_read_file(struct arena *arena, const char *bytes, size_t n, double *seconds,
                              char **text_r)
{
    const l_uint8 *data = (const l_uint8 *)bytes;
    l_int32 format, width, height, bits, samples, map;
    if (pixReadHeaderMem(data, n, &format, &width, &height, &bits, &samples, &map) != 0)
        return OCR_NOTHING;
    if ((double)width * height > OCR_MAX_PIXELS)
        return OCR_TOO_LARGE;
    PIX *picture = pixReadMem(data, n);
    if (!picture)
        return OCR_NOTHING;
    TessBaseAPISetImage2(engine, picture);
    if (pixGetXRes(picture) < 70)
        TessBaseAPISetSourceResolution(engine, 300);
    enum ocr_result result = recognize(arena, seconds, text_r);
    pixDestroy(&picture);
    return result;
}

#else

bool ocr_is_built(void)
{
    return false;
}

bool ocr_is_on(void)
{
    return false;
}

bool ocr_enable(struct err *err_r)
{
    return err_set(err_r, ERR_UNAVAILABLE,
                   "ocr: this antragd is built without tesseract (configure --with-tesseract)");
}

enum ocr_result ocr_read_file(struct arena *arena, const char *bytes, size_t n, double *seconds,
                              char **text_r)
{
    (void)arena, (void)bytes, (void)n, (void)seconds;
    *text_r = NULL;
    return OCR_NOTHING;
}

enum ocr_result ocr_read_pixels(struct arena *arena, const unsigned char *grey, int width,
                                int height, int dots_per_inch, double *seconds, char **text_r)
{
    (void)arena, (void)grey, (void)width, (void)height, (void)dots_per_inch, (void)seconds;
    *text_r = NULL;
    return OCR_NOTHING;
}

#endif
