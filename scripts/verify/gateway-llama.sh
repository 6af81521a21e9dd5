# shellcheck shell=bash
# Sourced by gateway.sh: llama.cpp's own server, built once from the sources that the Python package
# llama-cpp-python carries (llama.cpp itself is in no package registry): commit 0c1e57098, which is build b11312, the
# one of the pinned image. Minutes on two cores.
# Prints the path of the program, or says on stderr why there is none and fails.

llama_package=llama-cpp-python==0.3.36

# the browser interface and HTTPS are left out: the first would be downloaded, the gateway needs neither
llama_build() {
  local folder=$1 python=$2 sources build
  "$python" -m pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: \
    --dest "$folder/download" "$llama_package" || return 1
  tar -xzf "$folder"/download/*.tar.gz -C "$folder" || return 1
  sources=$(echo "$folder"/llama_cpp_python-*/vendor/llama.cpp)
  build=$folder/build
  cmake -S "$sources" -B "$build" -DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS=-O1 -DCMAKE_CXX_FLAGS=-O1 \
    -DBUILD_SHARED_LIBS=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_APP=OFF \
    -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_NUMBER=0 &&
    cmake --build "$build" --target llama-server --parallel "$(nproc)"
}

find_llama() {
  local folder=$1 python=$2
  local program=$folder/llama-server
  if [ ! -x "$program" ]; then
    for tool in cmake c++ make; do
      command -v "$tool" >/dev/null || { echo "the real engine cannot be built: $tool is not installed" >&2; return 1; }
    done
    rm -rf "$folder"
    mkdir -p "$folder"
    echo "building llama.cpp into $folder" >&2
    llama_build "$folder" "$python" >"$folder/build.log" 2>&1 || {
      tail -5 "$folder/build.log" >&2
      echo "the real engine cannot be built; $folder/build.log says more" >&2
      return 1
    }
    cp "$folder/build/bin/llama-server" "$program"
    rm -rf "$folder/build" "$folder"/llama_cpp_python-* "$folder/download"
  fi
  echo "$program"
}
