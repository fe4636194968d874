/* Sends RTP as a crowd of calls would: every leg one packet each 20 ms, the legs spread evenly over it.
 *
 *   loadgen FROM_PORT TO_PORT LEGS SECONDS
 *
 * Leg i has SSRC i + 1, payload type 0 and 160 bytes of noise. Prints one JSON line: packets sent, seconds taken and
 * by how many milliseconds it was late at worst. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { HEADER = 12, PAYLOAD = 160, PACKET = HEADER + PAYLOAD, SLOTS = 20, SLOT_NS = 1000000 };

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static struct sockaddr_in loopback(const char *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(port))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static void put16(uint8_t *to, uint32_t value) {
    uint16_t wire = htons((uint16_t)value);
    memcpy(to, &wire, sizeof wire);
}

static void put32(uint8_t *to, uint32_t value) {
    uint32_t wire = htonl(value);
    memcpy(to, &wire, sizeof wire);
}

static void send_all(int descriptor, struct mmsghdr *messages, int count) {
    while (count > 0) {
        int sent = sendmmsg(descriptor, messages, (unsigned)count, 0);
        if (sent < 0) {
            perror("loadgen: sendmmsg");
            exit(1);
        }
        messages += sent;
        count -= sent;
    }
}

int main(int count, char **words) {
    if (count != 5) {
        fprintf(stderr, "usage: loadgen FROM_PORT TO_PORT LEGS SECONDS\n");
        return 2;
    }
    int legs = atoi(words[3]), rounds = (int)(atof(words[4]) * 50), room = 8 << 20;
    struct sockaddr_in from = loopback(words[1]), to = loopback(words[2]);
    int descriptor = socket(AF_INET, SOCK_DGRAM, 0);
    setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    if (bind(descriptor, (struct sockaddr *)&from, sizeof from) != 0 ||
        connect(descriptor, (struct sockaddr *)&to, sizeof to) != 0) {
        perror("loadgen: socket");
        return 1;
    }
    uint8_t *packets = calloc((size_t)legs, PACKET);
    struct iovec *vectors = calloc((size_t)legs, sizeof *vectors);
    struct mmsghdr *messages = calloc((size_t)legs, sizeof *messages);
    if (packets == NULL || vectors == NULL || messages == NULL) return 1;
    for (int i = 0; i < legs; i++) {
        uint8_t *packet = packets + (size_t)i * PACKET;
        packet[0] = 0x80;
        put32(packet + 8, (uint32_t)i + 1);
        for (int k = HEADER; k < PACKET; k++) packet[k] = (uint8_t)rand();
        vectors[i] = (struct iovec){.iov_base = packet, .iov_len = PACKET};
        messages[i].msg_hdr = (struct msghdr){.msg_iov = &vectors[i], .msg_iovlen = 1};
    }
    int64_t start = now(), late = 0;
    for (int round = 0; round < rounds; round++) {
        for (int slot = 0; slot < SLOTS; slot++) {
            int64_t due = start + ((int64_t)round * SLOTS + slot) * SLOT_NS, left = due - now();
            if (left > 0) {
                struct timespec pause = {.tv_nsec = left};
                nanosleep(&pause, NULL);
            } else if (-left > late) {
                late = -left;
            }
            int first = (int)((int64_t)legs * slot / SLOTS), last = (int)((int64_t)legs * (slot + 1) / SLOTS);
            for (int i = first; i < last; i++) {
                uint8_t *packet = packets + (size_t)i * PACKET;
                put16(packet + 2, (uint32_t)round);
                put32(packet + 4, (uint32_t)round * PAYLOAD);
            }
            send_all(descriptor, messages + first, last - first);
        }
    }
    printf("{\"sent\": %lld, \"seconds\": %.3f, \"late_ms\": %.2f}\n", (long long)rounds * legs,
           (double)(now() - start) / 1e9, (double)late / 1e6);
    return 0;
}
