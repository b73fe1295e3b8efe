{
  # The kernels are compiled once for each instruction set, their names told apart by a suffix
  # (native/generated/*.h, from scripts/kernel-sources.mjs); the addon chooses at run time.
  "variables": {
    "kernels": ["<!@(node -p \"require('fs').readdirSync('kernels').filter(f => f.endsWith('.c')).map(f => 'kernels/' + f).join(' ')\")"],
  },
  "target_defaults": {
    "include_dirs": ["kernels", "native"],
    # CELLSTATE_KERNELS=checked: every call and its working room checked against the declarations (kernels/checked.h).
    "defines": ["<!@(node -p \"process.env.CELLSTATE_KERNELS === 'checked' ? 'KERNELS_CHECKED' : ''\")"],
    # Fused multiply-add only where the source says so: the same bits on every machine.
    "cflags": ["-O3", "-std=gnu11", "-fPIC", "-fvisibility=hidden", "-ffp-contract=off", "-fno-math-errno",
               "-fno-trapping-math", "-Wall", "-Wextra", "-Wno-unused-parameter"],
    "xcode_settings": {
      "GCC_OPTIMIZATION_LEVEL": "3",
      "MACOSX_DEPLOYMENT_TARGET": "11.0",
      "OTHER_CFLAGS": ["-std=gnu11", "-fvisibility=hidden", "-ffp-contract=off", "-fno-math-errno",
                       "-fno-trapping-math"],
    },
  },
  "targets": [
    {
      "target_name": "kernels_plain",
      "type": "static_library",
      "sources": ["<@(kernels)"],
      "cflags": ["-include", "generated/plain.h"],
      "xcode_settings": {"OTHER_CFLAGS": ["-include", "generated/plain.h"]},
    },
    {
      "target_name": "cellstate",
      "sources": ["native/addon.c", "native/pool.c"],
      "dependencies": ["kernels_plain"],
      "libraries": ["-lpthread"],
      "conditions": [["target_arch=='x64'", {"dependencies": ["kernels_avx2", "kernels_avx512"]}]],
    },
  ],
  "conditions": [["target_arch=='x64'", {
    "targets": [
      {
        "target_name": "kernels_avx2",
        "type": "static_library",
        "sources": ["<@(kernels)"],
        "cflags": ["-include", "generated/avx2.h", "-mavx2", "-mfma"],
        "xcode_settings": {"OTHER_CFLAGS": ["-include", "generated/avx2.h", "-mavx2", "-mfma"]},
      },
      {
        "target_name": "kernels_avx512",
        "type": "static_library",
        "sources": ["<@(kernels)"],
        "cflags": ["-include", "generated/avx512.h", "-mavx2", "-mfma", "-mavx512f", "-mavx512dq", "-mavx512bw",
                   "-mavx512vl", "-mprefer-vector-width=512"],
        "xcode_settings": {"OTHER_CFLAGS": ["-include", "generated/avx512.h", "-mavx2", "-mfma", "-mavx512f",
                                            "-mavx512dq", "-mavx512bw", "-mavx512vl"]},
      },
    ],
  }]],
}
