/* The least a receiver can do: take datagrams in batches and forget them.
 *
 *   sink PORT QUIET_MS PACE_US
 *
 * Like the receiver it is measured against it sleeps PACE_US between batches that were not full: the cheapest way.
 * Prints "ready", then, when nothing has come for QUIET_MS after the first packet, one JSON line with the packets
 * received and the CPU seconds (user and system) they cost. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BATCH = 1024, SIZE = 1500 };

static char packets[BATCH][SIZE];
static struct iovec vectors[BATCH];
static struct mmsghdr messages[BATCH];

static double seconds(struct timeval t) { return (double)t.tv_sec + (double)t.tv_usec * 1e-6; }

static double cpu(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

static int listen_on(int port) {
    int descriptor = socket(AF_INET, SOCK_DGRAM, 0), room = 4 << 20;
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (bind(descriptor, (struct sockaddr *)&here, sizeof here) != 0) {
        perror("sink: bind");
        exit(1);
    }
    return descriptor;
}

int main(int count, char **words) {
    if (count != 4) {
        fprintf(stderr, "usage: sink PORT QUIET_MS PACE_US\n");
        return 2;
    }
    int descriptor = listen_on(atoi(words[1])), quiet = atoi(words[2]), pace = atoi(words[3]);
    for (int i = 0; i < BATCH; i++) {
        vectors[i] = (struct iovec){.iov_base = packets[i], .iov_len = SIZE};
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &vectors[i], .msg_iovlen = 1};
    }
    puts("ready");
    fflush(stdout);
    struct pollfd waiting = {.fd = descriptor, .events = POLLIN};
    poll(&waiting, 1, -1);
    double before = cpu(), after = before;
    long received = 0;
    for (;;) {
        int got = recvmmsg(descriptor, messages, BATCH, MSG_DONTWAIT, NULL);
        if (got > 0) {
            received += got;
            after = cpu();
            if (got < BATCH) usleep((useconds_t)pace);
        } else if (poll(&waiting, 1, quiet) == 0) {
            break;
        }
    }
    printf("{\"received\": %ld, \"cpu\": %.6f}\n", received, after - before);
    return 0;
}
