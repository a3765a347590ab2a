/* An external TFLite delegate as small as one can be: it takes the float32 softmax of a model and computes it itself.
 *
 * What TFLite's headers declare is repeated here as far as it is used (tensorflow/lite/core/c/common.h), for the wheels
 * carry no headers. Options: "take" "nothing" makes it take no operator, "fail" "yes" lets it refuse to start, and
 * "trap" "yes" executes an instruction that no processor has.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { OK = 0, SOFTMAX = 25, FLOAT32 = 1 };

typedef struct { int size; int data[]; } IntArray;
typedef struct { int type; float *data; IntArray *dims; struct { float scale; int32_t zero_point; } params;
                 int allocation_type; size_t bytes; void *allocation; const char *name; void *delegate; int buffer_handle;
                 char is_stale, is_variable; struct { int type; void *params; } quantization;
                 void *sparsity; IntArray *dims_signature; } Tensor;
typedef struct { IntArray *inputs, *outputs; } Node;  /* the beginning of it */
struct Context;
typedef struct {
    void *(*init)(struct Context *, const char *, size_t);
    void (*release)(struct Context *, void *);
    int (*prepare)(struct Context *, Node *);
    int (*invoke)(struct Context *, Node *);
    const char *(*profiling_string)(const struct Context *, const Node *);
    int32_t builtin_code;
    const char *custom_name;
    int version;
    void *registration_external;
    void *async_kernel;
    uint64_t inplace_operator;
} Registration;
typedef struct Delegate {
    void *data;
    int (*prepare)(struct Context *, struct Delegate *);
    void *copy_from, *copy_to, *release_buffer;
    int64_t flags;
    void *opaque_builder;
} Delegate;
typedef struct Context {
    size_t tensors_size;
    int (*get_execution_plan)(struct Context *, IntArray **);
    Tensor *tensors;
    void *impl;
    void *resize, *report_error, *add_tensors;
    int (*get_node)(struct Context *, int, Node **, Registration **);
    int (*replace)(struct Context *, Registration, const IntArray *, Delegate *);
    uint32_t recommended_threads;
    void *external[2];
    char rest[1];
} Context;

static int ready(Context *context, Node *node) { (void)context; (void)node; return OK; }

static int invoke(Context *context, Node *node) {
    Tensor *in = &context->tensors[node->inputs->data[0]], *out = &context->tensors[node->outputs->data[0]];
    size_t n = in->bytes / sizeof(float);
    double greatest = -INFINITY, sum = 0;
    for (size_t i = 0; i < n; i++) if (in->data[i] > greatest) greatest = in->data[i];
    for (size_t i = 0; i < n; i++) sum += exp(in->data[i] - greatest);
    for (size_t i = 0; i < n; i++) out->data[i] = (float)(exp(in->data[i] - greatest) / sum);
    return OK;
}

static int prepare(Context *context, Delegate *delegate) {
    IntArray *plan;
    if (context->get_execution_plan(context, &plan) != OK) return 1;
    IntArray *mine = calloc(1, sizeof(IntArray) + plan->size * sizeof(int));
    for (int i = 0; i < plan->size && !delegate->data; i++) {
        Node *node;
        Registration *kernel;
        if (context->get_node(context, plan->data[i], &node, &kernel) != OK) return 1;
        if (kernel->builtin_code == SOFTMAX && context->tensors[node->inputs->data[0]].type == FLOAT32) mine->data[mine->size++] = plan->data[i];
    }
    Registration own = {.prepare = ready, .invoke = invoke, .custom_name = "OwnSoftmax", .version = 1};
    int status = mine->size ? context->replace(context, own, mine, delegate) : OK;
    free(mine);
    return status;
}

Delegate *tflite_plugin_create_delegate(char **names, char **values, size_t count, void (*report)(const char *)) {
    Delegate *made = calloc(1, sizeof(Delegate));
    made->prepare = prepare;
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(names[i], "trap")) __builtin_trap();
        if (!strcmp(names[i], "take") && !strcmp(values[i], "nothing")) made->data = made;
        if (!strcmp(names[i], "fail")) {
            report("no device is plugged in");
            free(made);
            return NULL;
        }
    }
    return made;
}

void tflite_plugin_destroy_delegate(Delegate *delegate) { free(delegate); }
