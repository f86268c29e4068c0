/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What guests without an operating system share: a Multiboot kernel for QEMU's
 * -kernel, 32 bits, no paging, interrupts off. Prints on port 0xe9 (-debugcon),
 * ends through isa-debug-exit at 0xf4. The GPU is at 00:02.0. Included once.
 *
 * Source: the Multiboot specification 0.6.96; PCI Local Bus 3.0, 3.2.2.3.
 */
#ifndef GVIRT_TESTS_GUEST_BARE_H
#define GVIRT_TESTS_GUEST_BARE_H

#include <stdint.h>

__asm__(".pushsection .text.start, \"ax\"\n"
        ".align 4\n"
        ".long 0x1badb002, 0, -0x1badb002\n"
        ".globl _start\n"
        "_start:\n"
        "   cli\n"
        "   cld\n"
        "   xor %eax, %eax\n"          /* a reset leaves what was there */
        "   mov $__bss_start, %edi\n"
        "   mov $_end, %ecx\n"
        "   sub %edi, %ecx\n"
        "   rep stosb\n"
        "   mov $stack_end, %esp\n"
        "   call bare_main\n"
        "1: hlt\n"
        "   jmp 1b\n"
        ".popsection\n"
        ".pushsection .bss\n"
        ".align 16\n"
        ".skip 16384\n"
        "stack_end:\n"
        ".popsection\n");

#define GTT                 0x200000u   /* of BAR0: page-table entries */
#define PTE_VALID           1u

static uint32_t registers;              /* BAR0 */

static inline void out8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline void out32(uint16_t port, uint32_t value)
{
    __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint32_t in32(uint16_t port)
{
    uint32_t value;

    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline uint32_t pci_read(uint32_t offset)
{
    out32(0xcf8, 0x80000000u | 2 << 11 | offset);
    return in32(0xcfc);
}

static inline void pci_write(uint32_t offset, uint32_t value)
{
    out32(0xcf8, 0x80000000u | 2 << 11 | offset);
    out32(0xcfc, value);
}

static inline void print(const char *text)
{
    while (*text) {
        out8(0xe9, *text++);
    }
}

static inline void print_number(uint32_t value)
{
    char digits[11];
    int at = 10;

    digits[at] = 0;
    do {
        digits[--at] = '0' + value % 10;
        value /= 10;
    } while (value);
    print(" ");
    print(digits + at);
}

static inline void stop(int status)
{
    out8(0xf4, status);
    for (;;) {
        __asm__ volatile("hlt");
    }
}

static inline uint32_t rd(uint32_t offset)
{
    return *(volatile uint32_t *)(registers + offset);  /* volatile: MMIO */
}

static inline void wr(uint32_t offset, uint32_t value)
{
    *(volatile uint32_t *)(registers + offset) = value; /* volatile: MMIO */
}

/* The GPU's registers, its memory space and bus mastering on. */
static inline void gpu_enable(void)
{
    if (pci_read(0) != 0x04128086 || pci_read(0x14) || pci_read(0x1c)) {
        print("no GPU below 4 GB at 00:02.0\n");
        stop(1);
    }
    registers = pci_read(0x10) & ~15u;
    pci_write(4, pci_read(4) | 6);
}

#endif /* GVIRT_TESTS_GUEST_BARE_H */
