/* Loaded with LD_PRELOAD, makes the processor look older than it is to every library of a process and its children.
 *
 * oneDNN and numpy can be told by environment variables to keep to an older instruction set; XNNPACK, onnxruntime's
 * MLAS and TensorFlow's own kernels cannot, for they ask the CPUID instruction. Linux lets that instruction fault
 * (arch_prctl ARCH_SET_CPUID, on processors that can), so that it can be answered here: as the processor answers it,
 * without the features that an older one lacks. OLDER_CPUID=haswell leaves AVX2 and FMA, OLDER_CPUID=ivybridge AVX.
 *
 * Exit status 120 in the library's constructor: the processor cannot fault CPUID.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define ARCH_SET_CPUID 0x1012
#define BIT(n) (1u << (n))

static int ivybridge;

typedef int (*sigaction_type)(int, const struct sigaction *, struct sigaction *);

static int real_sigaction(int number, const struct sigaction *given, struct sigaction *old) {
    static sigaction_type found;
    if (!found) found = (sigaction_type)dlsym(RTLD_NEXT, "sigaction");
    return found(number, given, old);
}

/* faulthandler and others catch SIGSEGV too; here it stays ours, and a real fault ends the process. */
int sigaction(int number, const struct sigaction *given, struct sigaction *old) {
    if (number == SIGSEGV && given) {
        if (old) memset(old, 0, sizeof *old);
        return 0;
    }
    return real_sigaction(number, given, old);
}

sighandler_t signal(int number, sighandler_t handler) {
    if (number == SIGSEGV) return SIG_DFL;
    struct sigaction wanted = {.sa_handler = handler, .sa_flags = SA_RESTART}, old;
    return real_sigaction(number, &wanted, &old) ? SIG_ERR : old.sa_handler;
}

static void older(uint32_t leaf, uint32_t subleaf, uint32_t registers[4]) { /* eax, ebx, ecx, edx */
    if (leaf == 1 && ivybridge) registers[2] &= ~(BIT(12) | BIT(22)); /* FMA, MOVBE */
    if (leaf == 7 && subleaf == 0) {
        /* AVX512 F, DQ, IFMA, PF, ER, CD, BW, VL, and SHA, which came later */
        registers[1] &= ~(BIT(16) | BIT(17) | BIT(21) | BIT(26) | BIT(27) | BIT(28) | BIT(29) | BIT(30) | BIT(31));
        /* VBMI, VBMI2, GFNI, VAES, VPCLMULQDQ, VNNI, BITALG, VPOPCNTDQ */
        registers[2] &= ~(BIT(1) | BIT(6) | BIT(8) | BIT(9) | BIT(10) | BIT(11) | BIT(12) | BIT(14));
        /* 4VNNIW, 4FMAPS, VP2INTERSECT, AMX-BF16, AVX512-FP16, AMX-TILE, AMX-INT8 */
        registers[3] &= ~(BIT(2) | BIT(3) | BIT(8) | BIT(22) | BIT(23) | BIT(24) | BIT(25));
        if (ivybridge) registers[1] &= ~(BIT(3) | BIT(5) | BIT(8)); /* BMI1, AVX2, BMI2 */
    }
    if (leaf == 7 && subleaf == 1) { /* AVX-VNNI, AVX512-BF16, AMX-FP16, AVX-IFMA and what came after */
        registers[0] = registers[1] = registers[2] = registers[3] = 0;
    }
    if (leaf == 0x1d || leaf == 0x1e || leaf == 0x24) memset(registers, 0, 4 * sizeof *registers); /* AMX, AVX10 */
    if (leaf == 0x80000001u && ivybridge) registers[2] &= ~BIT(5); /* LZCNT */
}

static void answered(int number, siginfo_t *info, void *context) {
    (void)info;
    greg_t *at = ((ucontext_t *)context)->uc_mcontext.gregs;
    const uint8_t *code = (const uint8_t *)at[REG_RIP];
    if (code == NULL || code[0] != 0x0f || code[1] != 0xa2) { /* a fault of its own: let it happen again, unhandled */
        struct sigaction usual = {.sa_handler = SIG_DFL};
        real_sigaction(number, &usual, NULL);
        return;
    }
    uint32_t leaf = (uint32_t)at[REG_RAX], subleaf = (uint32_t)at[REG_RCX], found[4];
    syscall(SYS_arch_prctl, ARCH_SET_CPUID, 1);
    __asm__ volatile("cpuid" : "=a"(found[0]), "=b"(found[1]), "=c"(found[2]), "=d"(found[3]) : "a"(leaf), "c"(subleaf));
    syscall(SYS_arch_prctl, ARCH_SET_CPUID, 0);
    older(leaf, subleaf, found);
    at[REG_RAX] = found[0];
    at[REG_RBX] = found[1];
    at[REG_RCX] = found[2];
    at[REG_RDX] = found[3];
    at[REG_RIP] += 2;
}

__attribute__((constructor)) static void begin(void) {
    const char *name = getenv("OLDER_CPUID");
    ivybridge = name && !strcmp(name, "ivybridge");
    struct sigaction ours = {.sa_sigaction = answered, .sa_flags = SA_SIGINFO | SA_NODEFER | SA_RESTART};
    if (real_sigaction(SIGSEGV, &ours, NULL) || syscall(SYS_arch_prctl, ARCH_SET_CPUID, 0)) _exit(120);
}
