/* SPDX-License-Identifier: EUPL-1.2 */
#include "mail/pdf_stream.h"

#include <sys/resource.h>

struct pdf_stream {
    GMemoryInputStream parent;
    double until;    /* seconds used */
    long max_memory; /* kB */
    bool dry;
};

struct pdf_stream_class {
    GMemoryInputStreamClass parent;
};

/* The names that GObject's macro makes are its own. */
typedef struct pdf_stream PdfStream;
typedef struct pdf_stream_class PdfStreamClass;
static GType pdf_stream_get_type(void);
G_DEFINE_TYPE(PdfStream, pdf_stream, G_TYPE_MEMORY_INPUT_STREAM)

static double seconds_of(const struct rusage *usage)
{
    return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) +
           (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1e6;
}

double pdf_seconds_used(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return seconds_of(&usage);
}

static struct pdf_stream *as_pdf_stream(GInputStream *stream)
{
    return G_TYPE_CHECK_INSTANCE_CAST(stream, pdf_stream_get_type(), struct pdf_stream);
}

static gssize read_in_time(GInputStream *stream, void *buffer, gsize n, GCancellable *cancellable,
                           GError **error)
{
    struct pdf_stream *self = as_pdf_stream(stream);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    self->dry = self->dry || seconds_of(&usage) > self->until || usage.ru_maxrss > self->max_memory;
    if (self->dry)
        return 0;
    return G_INPUT_STREAM_CLASS(pdf_stream_parent_class)
        ->read_fn(stream, buffer, n, cancellable, error);
}

static void pdf_stream_class_init(PdfStreamClass *class)
{
    G_INPUT_STREAM_CLASS(class)->read_fn = read_in_time;
}

static void pdf_stream_init(PdfStream *self)
{
    (void)self;
}

GInputStream *pdf_stream_new(const char *bytes, size_t n, double until)
{
    struct pdf_stream *self = g_object_new(pdf_stream_get_type(), NULL);
    g_memory_input_stream_add_data(&self->parent, bytes, (gssize)n, NULL);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    self->until = until;
    self->max_memory = usage.ru_maxrss + PDF_MAX_MEMORY;
    return G_INPUT_STREAM(self);
}

bool pdf_stream_is_dry(GInputStream *stream)
{
    return as_pdf_stream(stream)->dry;
}
