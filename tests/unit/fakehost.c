/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host of the unit tests, see fakehost.h.
 */
#include "fakehost.h"

#include <string.h>

#include "decode.h"
#include "hw/gvirt/gpu.h"

#define SLAB_PAGES      16u

/* Each page a piece of its own, or of a slab: then data is not its to free. */
typedef struct FakePage {
    uint32_t generation;
    bool in_slab;
    uint8_t *data;
} FakePage;

static void fake_page_free(gpointer data)
{
    FakePage *page = data;

    if (!page->in_slab) {
        g_free(page->data);
    }
    g_free(page);
}

static uint8_t *fake_slab(FakeHost *fake, uint64_t number)
{
    gpointer key = (gpointer)(uintptr_t)(number / SLAB_PAGES);
    uint8_t *slab = g_hash_table_lookup(fake->slabs, key);

    if (!slab) {
        slab = g_malloc0(SLAB_PAGES * GVIRT_PAGE_SIZE_B);
        g_hash_table_insert(fake->slabs, key, slab);
    }
    return slab + number % SLAB_PAGES * GVIRT_PAGE_SIZE_B;
}

static FakePage *fake_page(FakeHost *fake, uint64_t addr_hpa)
{
    gpointer key = (gpointer)(uintptr_t)(addr_hpa >> GVIRT_PAGE_SHIFT);
    FakePage *page;

    if (addr_hpa >= fake->ram_limit_hpa) {
        return NULL;
    }
    page = g_hash_table_lookup(fake->pages, key);
    if (!page) {
        page = g_new0(FakePage, 1);
        page->generation = 1;
        page->in_slab = fake->slabs_wanted;
        page->data = page->in_slab ?
                     fake_slab(fake, addr_hpa >> GVIRT_PAGE_SHIFT) :
                     g_malloc0(GVIRT_PAGE_SIZE_B);
        g_hash_table_insert(fake->pages, key, page);
    }
    return page;
}

static void *fake_map(void *opaque, uint64_t page_hpa, bool write)
{
    FakePage *page = fake_page(opaque, page_hpa);

    (void)write;
    return page ? page->data : NULL;
}

static void *fake_map_run(void *opaque, uint64_t page_hpa, bool write,
                          uint64_t *run_B)
{
    FakeHost *fake = opaque;
    FakePage *page = fake_page(fake, page_hpa);
    uint64_t number = page_hpa >> GVIRT_PAGE_SHIFT;
    uint64_t size_B = GVIRT_PAGE_SIZE_B;

    (void)write;
    while (page && page->in_slab && size_B < *run_B &&
           ++number % SLAB_PAGES) {
        FakePage *next = fake_page(fake, number << GVIRT_PAGE_SHIFT);

        if (!next || !next->in_slab) {
            break;
        }
        size_B += GVIRT_PAGE_SIZE_B;
    }
    fake->followed += size_B / GVIRT_PAGE_SIZE_B;
    *run_B = MIN(*run_B, size_B);
    return page ? page->data : NULL;
}

static void fake_dirty(void *opaque, uint64_t addr_hpa, uint32_t size_B)
{
    uint64_t number = addr_hpa >> GVIRT_PAGE_SHIFT;
    uint64_t last = (addr_hpa + size_B - 1) >> GVIRT_PAGE_SHIFT;

    for (; number <= last; number++) {
        FakePage *page = fake_page(opaque, number << GVIRT_PAGE_SHIFT);

        if (page) {
            page->generation++;
        }
    }
}

static uint32_t fake_page_gen(void *opaque, uint64_t page_hpa)
{
    FakePage *page = fake_page(opaque, page_hpa);

    return page ? page->generation : 0;
}

static int64_t fake_clock_ns(void *opaque)
{
    FakeHost *fake = opaque;

    return fake->now_ns;
}

static void fake_timer_set(void *opaque, int64_t deadline_ns)
{
    FakeHost *fake = opaque;

    fake->deadline_ns = deadline_ns;
}

static void fake_kick(void *opaque)
{
    FakeHost *fake = opaque;

    fake->kicked = true;
}

static void fake_irq(void *opaque, bool level)
{
    FakeHost *fake = opaque;

    if (level && !fake->irq_level) {
        fake->irq_edges++;
    }
    fake->irq_level = level;
}

static void fake_aperture_changed(void *opaque, uint32_t first_page,
                                  uint32_t page_count)
{
    FakeHost *fake = opaque;

    fake->aperture_first = first_page;
    fake->aperture_count = page_count;
}

static void fake_display_changed(void *opaque)
{
    FakeHost *fake = opaque;

    fake->display_changes++;
}

static void fake_log(void *opaque, GvirtLogKind kind, const char *message)
{
    FakeHost *fake = opaque;

    if (kind == GVIRT_LOG_GUEST_ERROR) {
        fake->guest_errors++;
    } else {
        fake->unimps++;
    }
    g_free(fake->last_message);
    fake->last_message = g_strdup(message);
    if (g_getenv("FAKEHOST_LOG")) {
        g_printerr("%s\n", message);
    }
}

static const GvirtHostOps fake_ops = {
    .map = fake_map,
    .map_run = fake_map_run,
    .dirty = fake_dirty,
    .page_gen = fake_page_gen,
    .clock_ns = fake_clock_ns,
    .timer_set = fake_timer_set,
    .kick = fake_kick,
    .irq = fake_irq,
    .aperture_changed = fake_aperture_changed,
    .display_changed = fake_display_changed,
    .log = fake_log,
};

FakeHost *fakehost_new(void)
{
    FakeHost *fake = g_new0(FakeHost, 1);

    fake->host.ops = &fake_ops;
    fake->host.opaque = fake;
    fake->pages = g_hash_table_new_full(NULL, NULL, NULL, fake_page_free);
    fake->slabs = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    fake->ram_limit_hpa = 4ull << 30;
    fake->deadline_ns = INT64_MAX;
    return fake;
}

void fakehost_free(FakeHost *fake)
{
    g_hash_table_destroy(fake->pages);
    g_hash_table_destroy(fake->slabs);
    g_free(fake->last_message);
    g_free(fake);
}

void fakehost_read(FakeHost *fake, uint64_t addr_hpa, void *buffer,
                   uint64_t size_B)
{
    uint8_t *out = buffer;

    while (size_B) {
        FakePage *page = fake_page(fake, addr_hpa);
        uint64_t in_page = addr_hpa & GVIRT_PAGE_MASK;
        uint64_t run_B = MIN(size_B, GVIRT_PAGE_SIZE_B - in_page);

        if (page) {
            memcpy(out, page->data + in_page, run_B);
        } else {
            memset(out, 0, run_B);
        }
        out += run_B;
        addr_hpa += run_B;
        size_B -= run_B;
    }
}

void fakehost_write(FakeHost *fake, uint64_t addr_hpa, const void *buffer,
                    uint64_t size_B)
{
    const uint8_t *in = buffer;

    while (size_B) {
        FakePage *page = fake_page(fake, addr_hpa);
        uint64_t in_page = addr_hpa & GVIRT_PAGE_MASK;
        uint64_t run_B = MIN(size_B, GVIRT_PAGE_SIZE_B - in_page);

        if (page) {
            memcpy(page->data + in_page, in, run_B);
            page->generation++;
        }
        in += run_B;
        addr_hpa += run_B;
        size_B -= run_B;
    }
}

uint32_t fakehost_read32(FakeHost *fake, uint64_t addr_hpa)
{
    uint32_t value;

    fakehost_read(fake, addr_hpa, &value, sizeof(value));
    return GUINT32_FROM_LE(value);
}

void fakehost_write32(FakeHost *fake, uint64_t addr_hpa, uint32_t value)
{
    value = GUINT32_TO_LE(value);
    fakehost_write(fake, addr_hpa, &value, sizeof(value));
}

GvirtGpu *fakehost_gpu(FakeHost *fake)
{
    GvirtGpuConfig config = { .timing = GVIRT_TIMING_FUNCTIONAL };

    return gvirt_gpu_new(&fake->host, &config);
}

void fakehost_settle(FakeHost *fake, GvirtGpu *gpu, int64_t limit_ns)
{
    int64_t end_ns = fake->now_ns + limit_ns;
    int rounds;

    /* An endless batch must not make an endless test. */
    for (rounds = 0; rounds < 100000; rounds++) {
        if (fake->kicked) {
            /* Kicks of this very run come before it returns. */
            fake->kicked = false;
            if (gvirt_gpu_run(gpu, 4096)) {
                fake->kicked = true;
            }
        } else if (fake->deadline_ns <= end_ns) {
            fake->now_ns = MAX(fake->now_ns, fake->deadline_ns);
            fake->deadline_ns = INT64_MAX;
            gvirt_gpu_timer(gpu);
        } else {
            break;
        }
    }
}

void fakehost_map_ggtt(GvirtGpu *gpu, uint32_t first_page, uint32_t count,
                       uint64_t addr_hpa)
{
    uint32_t i;

    for (i = 0; i < count; i++) {
        uint64_t hpa = addr_hpa + (uint64_t)i * GVIRT_PAGE_SIZE_B;

        gvirt_gpu_write(gpu, GVIRT_GTT_BAR0_OFFSET + (first_page + i) * 4,
                        (hpa & 0xfffff000) | (hpa >> 28 & 0x7f0) | 1, 4);
    }
}

void fakehost_show_commands(FakeHost *fake, const char *title,
                            GvirtEngineId engine, uint32_t addr,
                            uint64_t addr_hpa, uint32_t len_dw)
{
    DecodeOptions options = { .local = GVIRT_SPACE_PPGTT };
    Decode *decode = decode_new(&options);
    uint32_t *dw = g_new0(uint32_t, MAX(len_dw, 1));
    uint32_t i;

    for (i = 0; i < len_dw; i++) {
        dw[i] = fakehost_read32(fake, addr_hpa + i * 4ull);
    }
    decode_print_state(decode, decode_add_buffer(
        decode, title, engine, GVIRT_SPACE_PPGTT, addr, dw, len_dw));
    g_printerr("# %s, %s:\n%s", title, decode_engine_name(engine),
               decode->out->str);
    decode_free(decode);
}
