/* The limit of rendering: libopus alone, from PCM in memory to packets that nobody keeps.
 *
 *   opus_limit PCM FRAME_MS COMPLEXITY LIBOPUS
 *
 * PCM is raw 16-bit stereo at 8 kHz; LIBOPUS the shared library to measure, so that it can be the very one that the
 * renderer uses. Settings are the renderer's: two uncoupled streams, 24 kbit/s, VOIP, and COMPLEXITY.
 * Prints CPU seconds.
 */
#include <dlfcn.h>
#include <opus/opus_multistream.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { RATE = 8000, CHANNELS = 2, BITRATE = 24000 };

typedef OpusMSEncoder *create_function(opus_int32, int, int, int, const unsigned char *, int, int *);
typedef int control_function(OpusMSEncoder *, int, ...);
typedef opus_int32 encode_function(OpusMSEncoder *, const opus_int16 *, int, unsigned char *, opus_int32);

static void *symbol(void *library, const char *name)
{
    void *found = dlsym(library, name);
    if (!found) {
        fprintf(stderr, "opus_limit: %s\n", dlerror());
        exit(1);
    }
    return found;
}

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec + now.tv_nsec * 1e-9;
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fputs("usage: opus_limit PCM FRAME_MS COMPLEXITY LIBOPUS\n", stderr);
        return 2;
    }
    void *library = dlopen(argv[4], RTLD_NOW);
    if (!library) {
        fprintf(stderr, "opus_limit: %s\n", dlerror());
        return 1;
    }
    create_function *create = (create_function *)symbol(library, "opus_multistream_encoder_create");
    control_function *control = (control_function *)symbol(library, "opus_multistream_encoder_ctl");
    encode_function *encode = (encode_function *)symbol(library, "opus_multistream_encode");

    FILE *file = fopen(argv[1], "rb");
    if (!file) {
        perror(argv[1]);
        return 1;
    }
    fseek(file, 0, SEEK_END);
    size_t samples = ftell(file) / (CHANNELS * sizeof(opus_int16));
    rewind(file);
    opus_int16 *pcm = malloc(samples * CHANNELS * sizeof *pcm);
    if (!pcm || fread(pcm, CHANNELS * sizeof *pcm, samples, file) != samples)
        return 1;

    int error;
    const unsigned char mapping[CHANNELS] = {0, 1};
    OpusMSEncoder *encoder = create(RATE, CHANNELS, CHANNELS, 0, mapping, OPUS_APPLICATION_VOIP, &error);
    if (error != OPUS_OK)
        return 1;
    control(encoder, OPUS_SET_BITRATE(BITRATE));
    control(encoder, OPUS_SET_COMPLEXITY(atoi(argv[3])));

    size_t frame = RATE * atoi(argv[2]) / 1000;
    unsigned char packet[4000];
    double start = cpu_seconds();
    for (size_t at = 0; at + frame <= samples; at += frame)
        if (encode(encoder, pcm + at * CHANNELS, frame, packet, sizeof packet) < 0)
            return 1;
    printf("%.6f\n", cpu_seconds() - start);
    return 0;
}
