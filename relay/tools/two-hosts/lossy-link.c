/*
 * Two network namespaces joined by a link that delays every packet and loses some of them.
 *
 *   lossy-link DELAY_MS LOSS_PERCENT SEED
 *
 * Writes "link PID FD FD" once both hosts are there: their namespaces, as descriptors of this
 * process. It loses nothing before SIGUSR1. The end of standard input ends the link. The namespaces
 * have no names, so that nothing is left of them once the last process in them has ended, however
 * it ended.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

/* 10 Mbit/s of whole packets for half a second, by a margin. What does not fit is lost. */
#define MOST_WAITING 4096
#define PACKET_BYTES 2048
#define DEVICE "line0"

struct packet {
  double due_ms;
  ssize_t length;
  unsigned char bytes[PACKET_BYTES];
};

/* One of both directions. */
struct way {
  int from;
  int to;
  unsigned short random[3];
  unsigned long begin;
  unsigned long end;
  struct packet *waiting;
};

static volatile sig_atomic_t is_losing;

static void start_losing(int number) { is_losing = number; }

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static double now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

/* Goes to a new namespace and opens its end of the link there. */
static int open_host(int *name_space) {
  if (unshare(CLONE_NEWNET)) fail("a network namespace");
  *name_space = open("/proc/self/ns/net", O_RDONLY);
  int device = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
  if (*name_space < 0 || device < 0) fail("/dev/net/tun");
  struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI, .ifr_name = DEVICE};
  if (ioctl(device, TUNSETIFF, &request)) fail("a tun device");
  return device;
}

static void take(struct way *way, double loss, double delay_ms) {
  while (way->end - way->begin < MOST_WAITING) {
    struct packet *packet = &way->waiting[way->end % MOST_WAITING];
    packet->length = read(way->from, packet->bytes, PACKET_BYTES);
    if (packet->length <= 0) return;
    if (erand48(way->random) < loss) continue;
    packet->due_ms = now_ms() + delay_ms;
    way->end++;
  }
}

/* Returns how long nothing is due, ms. */
static double deliver(struct way *way) {
  while (way->begin != way->end) {
    struct packet *packet = &way->waiting[way->begin % MOST_WAITING];
    double left_ms = packet->due_ms - now_ms();
    if (left_ms > 0) return left_ms;
    /* A host that is not up yet loses it. */
    if (write(way->to, packet->bytes, packet->length) < 0 && errno == EBADF) fail("write");
    way->begin++;
  }
  return 1e3;
}

int main(int count, char **arguments) {
  if (count != 4) return 2;
  double delay_ms = atof(arguments[1]), loss = atof(arguments[2]) / 100;
  unsigned short seed = atoi(arguments[3]);
  signal(SIGUSR1, start_losing);
  int spaces[2];
  int devices[2] = {open_host(&spaces[0]), open_host(&spaces[1])};
  struct way ways[2];
  for (int i = 0; i < 2; i++) {
    struct packet *waiting = malloc(sizeof(struct packet) * MOST_WAITING);
    if (waiting == NULL) fail("memory");
    ways[i] = (struct way){devices[i], devices[1 - i], {seed, i, 0x330e}, 0, 0, waiting};
  }
  /* By default a wait may take 50 microseconds longer. */
  prctl(PR_SET_TIMERSLACK, 1);
  printf("link %d %d %d\n", getpid(), spaces[0], spaces[1]);
  fflush(stdout);
  for (;;) {
    double first = deliver(&ways[0]), second = deliver(&ways[1]);
    double wait_ms = first < second ? first : second;
    struct timespec wait = {wait_ms / 1e3, (long)(wait_ms * 1e6) % 1000000000};
    struct pollfd watched[3] = {
        {devices[0], POLLIN, 0}, {devices[1], POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
    if (ppoll(watched, 3, &wait, NULL) < 0 && errno != EINTR) fail("poll");
    for (int i = 0; i < 2; i++) take(&ways[i], is_losing ? loss : 0, delay_ms);
    if (watched[2].revents) return 0;
  }
}
