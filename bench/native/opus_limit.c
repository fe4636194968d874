/* The limit of rendering: libopus alone, from PCM in memory to packets that nobody keeps.
 *
 *   opus_limit PCM FRAME_MS LIBOPUS
 *
 * PCM is raw 16-bit stereo at 8 kHz; LIBOPUS the shared library to measure, so that it can be the very one that the
 * renderer uses. Settings are the renderer's: 24 kbit/s, VOIP, complexity 5. Prints CPU seconds.
 */
#include <dlfcn.h>
#include <opus/opus.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { RATE = 8000, CHANNELS = 2, BITRATE = 24000, COMPLEXITY = 5 };

typedef OpusEncoder *create_function(opus_int32, int, int, int *);
typedef int control_function(OpusEncoder *, int, ...);
typedef opus_int32 encode_function(OpusEncoder *, const opus_int16 *, int, unsigned char *, opus_int32);

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
    if (argc != 4) {
        fputs("usage: opus_limit PCM FRAME_MS LIBOPUS\n", stderr);
        return 2;
    }
    void *library = dlopen(argv[3], RTLD_NOW);
    if (!library) {
        fprintf(stderr, "opus_limit: %s\n", dlerror());
        return 1;
    }
    create_function *create = (create_function *)symbol(library, "opus_encoder_create");
    control_function *control = (control_function *)symbol(library, "opus_encoder_ctl");
    encode_function *encode = (encode_function *)symbol(library, "opus_encode");

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
    OpusEncoder *encoder = create(RATE, CHANNELS, OPUS_APPLICATION_VOIP, &error);
    if (error != OPUS_OK)
        return 1;
    control(encoder, OPUS_SET_BITRATE(BITRATE));
    control(encoder, OPUS_SET_COMPLEXITY(COMPLEXITY));

    size_t frame = RATE * atoi(argv[2]) / 1000;
    unsigned char packet[4000];
    double start = cpu_seconds();
    for (size_t at = 0; at + frame <= samples; at += frame)
        if (encode(encoder, pcm + at * CHANNELS, frame, packet, sizeof packet) < 0)
            return 1;
    printf("%.6f\n", cpu_seconds() - start);
    return 0;
}
