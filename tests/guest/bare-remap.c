/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest of two processors without an operating system. One changes the
 * page-table entry of an aperture page and reads through it, thousands of
 * times, and each time so often that the machine's memory map changes. The
 * other one writes device registers and reads them back; none of its accesses
 * may be lost or reach another device. It also does as the first one does,
 * with a page of its own: where both ask for another map, both must have it
 * before they go on. The first one waits where the other one falls behind: whoever
 * stops all processors over and over may leave another none of the time, as
 * the locks of QEMU are not fair.
 *
 * Its accesses stand in a row without a branch: under TCG they are one
 * translated block, in the middle of which the map must not change.
 *
 * Prints "begin", how often the map was to change, how often the other one
 * went through its row, and what each device lost; then "end", and waits. It
 * does so again after each reset of the machine.
 *
 * Source: Intel SDM vol. 3A, 11.4 (local APIC), 9.4 (INIT, SIPI); 82093AA
 * (I/O APIC); HSW PRM vol. 5.
 */
#include "bare.h"

#define ROUNDS              4000u
#define READS               80u         /* after which a page is mapped */
#define ROUNDS_A_ROW        16u         /* the other one keeps up with that */
#define APERTURE_PAGE       16u         /* of BAR2 and of the page table */
#define MEMORY              0x01000000u /* guest memory behind it */
#define SECOND_PAGE         512u        /* the other one's, from there */
#define SECOND_MEMORY       0x01100000u
#define GT_SCRATCH          0x4f100u    /* 8 dwords, for software */
#define PVINFO              0x78000u
#define PVINFO_MAGIC        0x76544776u /* the lower half: a vGPU */
#define PVINFO_LOW_BASE     0x78040u

#define LAPIC               0xfee00000u
#define LAPIC_TPR           (LAPIC + 0x80)
#define LAPIC_SVR           (LAPIC + 0xf0)
#define LAPIC_ICR           (LAPIC + 0x300)
#define IOAPIC_SELECT       0xfec00000u

#define TRAMPOLINE          0x8000u

/* The second processor wakes up in real mode, in a copy of this. */
__asm__(".pushsection .text\n"
        ".code16\n"
        "trampoline:\n"
        "   cli\n"
        "   xorw %ax, %ax\n"
        "   movw %ax, %ds\n"
        "   lgdtl 0x8000 + gdt_register - trampoline\n"     /* TRAMPOLINE */
        "   movl %cr0, %eax\n"
        "   orl $1, %eax\n"
        "   movl %eax, %cr0\n"
        "   ljmpl $8, $second_start\n"
        "gdt_register:\n"
        "   .word 23\n"
        "   .long gdt\n"
        "trampoline_end:\n"
        ".code32\n"
        "second_start:\n"
        "   movw $16, %ax\n"
        "   movw %ax, %ds\n"
        "   movw %ax, %es\n"
        "   movw %ax, %ss\n"
        "   mov $second_stack_end, %esp\n"
        "   call second_main\n"
        "1: hlt\n"
        "   jmp 1b\n"
        ".align 8\n"
        "gdt:\n"
        "   .quad 0, 0x00cf9b000000ffff, 0x00cf93000000ffff\n"
        ".popsection\n"
        ".pushsection .bss\n"
        ".align 16\n"
        ".skip 16384\n"
        "second_stack_end:\n"
        ".popsection\n");

/* volatile: the two processors' words to each other. */
static volatile uint32_t second_runs, second_ended, all_done;
/* volatile: as above */
static volatile uint32_t rows, lost_lapic, lost_ioapic, lost_gpu, stale;
static uint32_t first_page, aperture;

/* volatile: MMIO, and memory that changes with the page table. */
static volatile uint32_t *at(uint32_t addr)
{
    return (volatile uint32_t *)addr;   /* volatile: as above */
}

/* How many of so many reads of a page do not find what should be there. */
static uint32_t read_often(uint32_t page, uint32_t value)
{
    uint32_t wrong = 0;
    uint32_t i;

    for (i = 0; i < READS; i++) {
        wrong += *at(aperture + page * 4096) != value;
    }
    return wrong;
}

/* Each device keeps a value and gives it back. */
#define EXCHANGE(n)                                                         \
    *at(LAPIC_TPR) = (value + (n)) & 0xf0;                                  \
    lapic |= *at(LAPIC_TPR) ^ ((value + (n)) & 0xf0);                       \
    *at(IOAPIC_SELECT) = (value + (n)) & 0x3f;                              \
    ioapic |= *at(IOAPIC_SELECT) ^ ((value + (n)) & 0x3f);                  \
    *at(scratch) = value + (n);                                             \
    gpu |= *at(scratch) ^ (value + (n));

static __attribute__((used)) void second_main(void)
{
    uint32_t scratch = registers + GT_SCRATCH;
    uint32_t page = first_page + SECOND_PAGE;
    uint32_t value = 0;

    *at(LAPIC_SVR) |= 0x100;
    second_runs = 1;
    while (!all_done) {
        uint32_t lapic = 0, ioapic = 0, gpu = 0;
        uint32_t addr = SECOND_MEMORY + (rows & 1) * 0x2000;

        value += 0x35;
        *at(addr) = value;
        wr(GTT + page * 4, addr | PTE_VALID);
        stale += read_often(page, value);
        EXCHANGE(1)
        EXCHANGE(18)
        EXCHANGE(35)
        EXCHANGE(52)
        lost_lapic += lapic != 0;
        lost_ioapic += ioapic != 0;
        lost_gpu += gpu != 0;
        rows++;
    }
    second_ended = 1;
}

static void start_second(void)
{
    __asm__ volatile("mov $trampoline, %%esi\n"
                     "mov %0, %%edi\n"
                     "mov $trampoline_end - trampoline, %%ecx\n"
                     "rep movsb"
                     : : "i"(TRAMPOLINE) : "esi", "edi", "ecx", "memory");
    *at(LAPIC_SVR) |= 0x100;
    *at(LAPIC_ICR) = 0x000c4500;                /* INIT, all but this one */
    *at(LAPIC_ICR) = 0x000c4600 | TRAMPOLINE >> 12;     /* SIPI */
    while (!second_runs) {
        __asm__ volatile("pause");
    }
}

static __attribute__((used)) void bare_main(void)
{
    uint32_t page = APERTURE_PAGE;
    uint32_t i;
    uint32_t wrong = 0;

    print("begin\n");
    gpu_enable();
    aperture = pci_read(0x18) & ~15u;
    if (rd(PVINFO) == PVINFO_MAGIC) {
        page += rd(PVINFO_LOW_BASE) >> 12;      /* a vGPU's own part */
    }
    first_page = page;
    *at(MEMORY) = 0x11111111;
    *at(MEMORY + 0x2000) = 0x22222222;
    start_second();
    for (i = 0; i < ROUNDS; i++) {
        uint32_t addr = MEMORY + (i & 1) * 0x2000;

        wr(GTT + page * 4, addr | PTE_VALID);
        (void)rd(GTT + page * 4);
        /* Trapped, and then mapped. */
        wrong += read_often(page, i & 1 ? 0x22222222 : 0x11111111);
        while (rows < i / ROUNDS_A_ROW) {
            __asm__ volatile("pause");
        }
    }
    all_done = 1;
    while (!second_ended) {
        __asm__ volatile("pause");
    }
    print("remaps");
    print_number(ROUNDS);
    print(" rows");
    print_number(rows);
    print(" wrong");
    print_number(wrong + stale);
    print(" lapic");
    print_number(lost_lapic);
    print(" ioapic");
    print_number(lost_ioapic);
    print(" gpu");
    print_number(lost_gpu);
    print("\nend\n");
}
