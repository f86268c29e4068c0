/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first process of a gvirt guest, linked statically and put in the
 * initial RAM disk by scripts/guest.
 *
 * It loads the few modules that the root disk needs, mounts it and then does
 * one of two things, by "gvirt.mode=" on the kernel's command line:
 *
 * boot: becomes the distribution's own init, for interactive use;
 * exec: stays, lets every PCI driver load by its module alias as udev would,
 *       and runs one command for the host over a virtio-serial port.
 *
 * The port carries frames: a type byte, a 32-bit little-endian length and
 * that many bytes.
 *
 *   host to guest   E  run this shell command
 *                   Q  switch the machine off
 *   guest to host   H  the system is up
 *                   1  2  the command's standard output and error
 *                   K  one record of the kernel log, as /dev/kmsg gives it
 *                   X  the command ended: status in decimal, 128 + the signal
 *                      for a killed one
 *                   F  the guest could not be set up: why
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MODULE_LIST "/modules.list"
#define ROOT_DISK "/dev/vda"
#define PUT_DISK "/dev/vdb"
#define PORT_NAME "gvirt.agent"
#define DISK_WAIT_MS 10000
#define FRAME_HEADER_B 5
#define FRAME_MAX_B (1 << 20)

static int port_fd = -1;

static void sleep_ms(long ms)
{
    struct timespec ts = { ms / 1000, ms % 1000 * 1000000L };

    nanosleep(&ts, NULL);
}

static bool write_all(int fd, const void *buf, size_t size_B)
{
    const char *p = buf;

    while (size_B > 0) {
        ssize_t n = write(fd, p, size_B);

        if (n < 0) {
            if (errno == EINTR) {
                continue;
            }
            if (errno == EAGAIN) {
                struct pollfd pfd = { fd, POLLOUT, 0 };

                poll(&pfd, 1, 1000);
                continue;
            }
            return false;
        }
        p += n;
        size_B -= n;
    }
    return true;
}

static void send_frame(char type, const void *payload, uint32_t len_B)
{
    static uint8_t frame[FRAME_HEADER_B + 65536];

    if (port_fd < 0 || len_B > sizeof(frame) - FRAME_HEADER_B) {
        return;
    }
    frame[0] = type;
    frame[1] = len_B;
    frame[2] = len_B >> 8;
    frame[3] = len_B >> 16;
    frame[4] = len_B >> 24;
    memcpy(frame + FRAME_HEADER_B, payload, len_B);
    write_all(port_fd, frame, FRAME_HEADER_B + len_B);
}

static void say(const char *fmt, ...)
{
    char line[512];
    va_list ap;
    int n;
    int fd;

    va_start(ap, fmt);
    n = vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    if (n < 0) {
        return;
    }
    if ((size_t)n >= sizeof(line)) {
        n = sizeof(line) - 1;
    }
    fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        dprintf(fd, "gvirt-init: %s\n", line);
        close(fd);
    }
}

/* Tells the host, and ends the machine: there is nothing to go on with. */
__attribute__((noreturn, format(printf, 1, 2)))
static void fail(const char *fmt, ...)
{
    char line[512];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    say("%s", line);
    send_frame('F', line, strlen(line));
    sync();
    sleep_ms(200);
    reboot(RB_POWER_OFF);
    for (;;) {
        pause();
    }
}

static void try_mount(const char *source, const char *target,
                      const char *type, unsigned long flags,
                      const char *options)
{
    mkdir(target, 0755);
    if (mount(source, target, type, flags, options) < 0 && errno != EBUSY) {
        say("mount %s: %s", target, strerror(errno));
    }
}

static void load_modules(void)
{
    FILE *list = fopen(MODULE_LIST, "re");
    char path[256];

    if (!list) {
        return;
    }
    while (fgets(path, sizeof(path), list)) {
        int fd;

        path[strcspn(path, "\n")] = '\0';
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) < 0 &&
                       errno != EEXIST)) {
            say("module %s: %s", path, strerror(errno));
        }
        if (fd >= 0) {
            close(fd);
        }
        unlink(path);
    }
    fclose(list);
    unlink(MODULE_LIST);
}

static bool wait_for_path(const char *path, int limit_ms)
{
    int ms;

    for (ms = 0; ms < limit_ms; ms += 10) {
        if (access(path, F_OK) == 0) {
            return true;
        }
        sleep_ms(10);
    }
    return false;
}

/* Enters the root disk; the initial RAM disk stays empty underneath. */
static void enter_root(void)
{
    static const char *const moved[] = { "dev", "proc", "sys", "run" };
    size_t i;

    if (!wait_for_path(ROOT_DISK, DISK_WAIT_MS)) {
        fail("no root disk " ROOT_DISK);
    }
    mkdir("/newroot", 0755);
    if (mount(ROOT_DISK, "/newroot", "ext4", MS_NOATIME, NULL) < 0) {
        fail("root disk: %s", strerror(errno));
    }
    for (i = 0; i < sizeof(moved) / sizeof(moved[0]); i++) {
        char from[32];
        char to[32];

        snprintf(from, sizeof(from), "/%s", moved[i]);
        snprintf(to, sizeof(to), "/newroot/%s", moved[i]);
        if (mount(from, to, NULL, MS_MOVE, NULL) < 0) {
            fail("move %s: %s", from, strerror(errno));
        }
    }
    unlink("/init");
    if (chdir("/newroot") < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 ||
        chroot(".") < 0 || chdir("/") < 0) {
        fail("enter root: %s", strerror(errno));
    }
}

static pid_t start(char *const argv[], int out, int err)
{
    pid_t pid = fork();
    sigset_t none;
    int null_fd;

    if (pid != 0) {
        return pid;
    }
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setsid();
    null_fd = open("/dev/null", O_RDWR);
    dup2(null_fd, 0);
    dup2(out >= 0 ? out : null_fd, 1);
    dup2(err >= 0 ? err : null_fd, 2);
    execv(argv[0], argv);
    dprintf(2, "%s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

static int run(char *const argv[])
{
    pid_t pid = start(argv, -1, -1);
    int status;

    if (pid < 0) {
        return -1;
    }
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) {
            return -1;
        }
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static size_t read_line(const char *path, char *buf, size_t size_B)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = 0;

    if (fd >= 0) {
        n = read(fd, buf, size_B - 1);
        close(fd);
    }
    buf[n > 0 ? n : 0] = '\0';
    buf[strcspn(buf, "\n")] = '\0';
    return strlen(buf);
}

/*
 * Loads the driver of every device on a bus by the alias that the kernel
 * gives for it; what udev does at boot, for the buses that matter here.
 */
static void coldplug(const char *bus_devices)
{
    enum { MAX_ALIASES = 64 };
    static char aliases[MAX_ALIASES][256];
    char *argv[MAX_ALIASES + 3] = { "/sbin/modprobe", "-abq" };
    DIR *dir = opendir(bus_devices);
    struct dirent *entry;
    int count = 0;

    if (!dir) {
        return;
    }
    while (count < MAX_ALIASES && (entry = readdir(dir))) {
        char path[512];

        snprintf(path, sizeof(path), "%s/%s/modalias", bus_devices,
                 entry->d_name);
        if (entry->d_name[0] != '.' &&
            read_line(path, aliases[count], sizeof(aliases[count])) > 0) {
            argv[count + 2] = aliases[count];
            count++;
        }
    }
    closedir(dir);
    if (count > 0) {
        run(argv);
    }
}

static int open_port(void)
{
    static const char class_dir[] = "/sys/class/virtio-ports";
    int tries;

    for (tries = 0; tries < 500; tries++) {
        DIR *dir = opendir(class_dir);
        struct dirent *entry;

        while (dir && (entry = readdir(dir))) {
            char path[512];
            char name[64];
            int fd;

            snprintf(path, sizeof(path), "%s/%s/name", class_dir,
                     entry->d_name);
            read_line(path, name, sizeof(name));
            if (strcmp(name, PORT_NAME) != 0) {
                continue;
            }
            snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
            fd = open(path, O_RDWR | O_CLOEXEC);
            if (fd >= 0) {
                closedir(dir);
                return fd;
            }
        }
        if (dir) {
            closedir(dir);
        }
        sleep_ms(10);
    }
    return -1;
}

/*
 * The processors that maxcpus=1 on the kernel's command line left out: while
 * the kernel sizes BARs the machine's memory map changes, and a QEMU whose
 * processors are threads can lose an access of another one meanwhile, or end.
 */
static void start_processors(void)
{
    unsigned number;

    for (number = 1;; number++) {
        char path[64];
        int fd;

        snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/online",
                 number);
        fd = open(path, O_WRONLY | O_CLOEXEC);
        if (fd < 0) {
            return;
        }
        if (write(fd, "1", 1) != 1) {
            say("processor %u: %s", number, strerror(errno));
        }
        close(fd);
    }
}

static void bring_up_loopback(void)
{
    struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd >= 0) {
        ioctl(fd, SIOCSIFFLAGS, &ifr);
        close(fd);
    }
}

/* What a person sees on the GPU's text console. */
static void greet_console(const char *command)
{
    struct utsname uts;
    char os[256] = "";
    FILE *release = fopen("/etc/os-release", "re");
    char line[256];
    int fd;

    while (release && fgets(line, sizeof(line), release)) {
        if (sscanf(line, "PRETTY_NAME=\"%255[^\"]", os) == 1) {
            break;
        }
    }
    if (release) {
        fclose(release);
    }
    uname(&uts);
    fd = open("/dev/tty1", O_WRONLY | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0) {
        dprintf(fd, "\r\n%s, Linux %s, on %s\r\n\r\nroot@%s:~# %s\r\n",
                os, uts.release, uts.machine, uts.nodename, command);
        close(fd);
    }
}

static void set_up_system(void)
{
    static const char hostname[] = "gvirt";

    try_mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777");
    try_mount("devpts", "/dev/pts", "devpts", 0, "gid=5,mode=620,ptmxmode=666");
    try_mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, NULL);
    try_mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
    try_mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL);
    symlink("/proc/self/fd", "/dev/fd");
    symlink("/proc/self/fd/0", "/dev/stdin");
    symlink("/proc/self/fd/1", "/dev/stdout");
    symlink("/proc/self/fd/2", "/dev/stderr");
    mkdir("/run/lock", 01777);
    sethostname(hostname, strlen(hostname));
    bring_up_loopback();
    coldplug("/sys/bus/pci/devices");
    coldplug("/sys/bus/virtio/devices");
}

static void unpack_put_files(void)
{
    char *const untar[] = {
        "/bin/tar", "-xf", PUT_DISK, "-C", "/root", "--no-same-owner", NULL
    };

    if (access(PUT_DISK, F_OK) == 0 && run(untar) != 0) {
        fail("the files of --put could not be unpacked (is /root full?)");
    }
}

/* Forwards what the kernel log has; one read of /dev/kmsg is one record. */
static void forward_kmsg(int kmsg_fd)
{
    char record[8192];
    int i;

    for (i = 0; i < 256; i++) {
        ssize_t n = read(kmsg_fd, record, sizeof(record));

        if (n > 0) {
            send_frame('K', record, n);
        } else if (n < 0 && errno != EPIPE && errno != EINTR) {
            return;
        }
    }
}

/* Returns false when the pipe is at its end. */
static bool forward_output(char type, int fd, bool drain)
{
    static char buf[65536];

    do {
        ssize_t n = read(fd, buf, sizeof(buf));

        if (n > 0) {
            send_frame(type, buf, n);
        } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
            return false;
        } else if (errno == EAGAIN) {
            return true;
        }
    } while (drain);
    return true;
}

static bool read_port(void *buf, size_t size_B)
{
    char *p = buf;

    while (size_B > 0) {
        ssize_t n = read(port_fd, p, size_B);

        if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) {
            /* the host's end is not open (yet) */
            sleep_ms(20);
            continue;
        }
        if (n > 0) {
            p += n;
            size_B -= n;
        }
    }
    return true;
}

/* Blocks for one frame; the payload is NUL-terminated and to be freed. */
static char receive_frame(char **payload)
{
    uint8_t header[FRAME_HEADER_B];
    uint32_t len_B;

    read_port(header, sizeof(header));
    len_B = header[1] | header[2] << 8 | header[3] << 16 |
            (uint32_t)header[4] << 24;
    if (len_B > FRAME_MAX_B) {
        fail("a frame of %u bytes from the host", len_B);
    }
    *payload = calloc(1, len_B + 1);
    if (!*payload) {
        fail("out of memory");
    }
    read_port(*payload, len_B);
    return header[0];
}

static void run_command(char *command, int kmsg_fd, int signal_fd)
{
    char *const argv[] = { "/bin/bash", "-c", command, NULL };
    int out[2];
    int err[2];
    pid_t pid;
    int status = -1;
    char text[16];
    enum { OUT, ERR, KMSG, SIGNAL, FDS };
    struct pollfd fds[FDS];

    if (pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0) {
        fail("pipe: %s", strerror(errno));
    }
    pid = start(argv, out[1], err[1]);
    if (pid < 0) {
        fail("fork: %s", strerror(errno));
    }
    close(out[1]);
    close(err[1]);
    fcntl(out[0], F_SETFL, O_NONBLOCK);
    fcntl(err[0], F_SETFL, O_NONBLOCK);
    fds[OUT] = (struct pollfd) { out[0], POLLIN, 0 };
    fds[ERR] = (struct pollfd) { err[0], POLLIN, 0 };
    fds[KMSG] = (struct pollfd) { kmsg_fd, POLLIN, 0 };
    fds[SIGNAL] = (struct pollfd) { signal_fd, POLLIN, 0 };
    for (;;) {
        struct signalfd_siginfo info;
        bool ended = false;
        int child_status;
        pid_t child;

        poll(fds, FDS, -1);
        if (fds[OUT].revents && !forward_output('1', out[0], false)) {
            fds[OUT].fd = -1;
        }
        if (fds[ERR].revents && !forward_output('2', err[0], false)) {
            fds[ERR].fd = -1;
        }
        if (fds[KMSG].revents) {
            forward_kmsg(kmsg_fd);
        }
        if (!fds[SIGNAL].revents) {
            continue;
        }
        read(signal_fd, &info, sizeof(info));
        while ((child = waitpid(-1, &child_status, WNOHANG)) > 0) {
            if (child == pid) {
                status = child_status;
                ended = true;
            }
        }
        if (ended) {
            break;
        }
    }
    /* a process left behind may hold the pipes open: take what is there */
    forward_output('1', out[0], true);
    forward_output('2', err[0], true);
    close(out[0]);
    close(err[0]);
    forward_kmsg(kmsg_fd);
    snprintf(text, sizeof(text), "%d",
             WIFSIGNALED(status) ? 128 + WTERMSIG(status)
                                 : WEXITSTATUS(status));
    send_frame('X', text, strlen(text));
}

static void serve(void)
{
    sigset_t chld;
    int signal_fd;
    int kmsg_fd;

    sigemptyset(&chld);
    sigaddset(&chld, SIGCHLD);
    sigprocmask(SIG_BLOCK, &chld, NULL);
    signal_fd = signalfd(-1, &chld, SFD_NONBLOCK | SFD_CLOEXEC);
    kmsg_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    forward_kmsg(kmsg_fd);
    send_frame('H', "", 0);
    for (;;) {
        char *payload;
        char type = receive_frame(&payload);

        if (type == 'E') {
            greet_console(payload);
            run_command(payload, kmsg_fd, signal_fd);
        } else if (type == 'Q') {
            sync();
            reboot(RB_POWER_OFF);
        }
        free(payload);
    }
}

int main(void)
{
    char cmdline[4096];
    int fd;

    do {
        /* without a console the first three descriptors would be ours */
        fd = open("/", O_RDONLY | O_CLOEXEC);
    } while (fd >= 0 && fd < 3);
    close(fd);
    try_mount("devtmpfs", "/dev", "devtmpfs", MS_NOSUID, "mode=0755");
    try_mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    try_mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
              NULL);
    try_mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755");
    start_processors();
    load_modules();
    read_line("/proc/cmdline", cmdline, sizeof(cmdline));
    if (strstr(cmdline, "gvirt.mode=exec")) {
        port_fd = open_port();
        if (port_fd < 0) {
            fail("no port " PORT_NAME);
        }
    }
    enter_root();
    unpack_put_files();
    if (port_fd < 0) {
        execl("/sbin/init", "/sbin/init", (char *)NULL);
        fail("/sbin/init: %s", strerror(errno));
    }
    setenv("HOME", "/root", 1);
    setenv("USER", "root", 1);
    setenv("TERM", "linux", 1);
    setenv("LANG", "C.UTF-8", 1);
    setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
           "/sbin:/bin:/usr/libexec/igt-gpu-tools/benchmarks", 1);
    set_up_system();
    if (chdir("/root") < 0) {
        fail("/root: %s", strerror(errno));
    }
    serve();
    return 0;
}
