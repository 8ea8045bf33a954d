# Finds a Java; read by bin/refract and by the build. POSIX sh, no other tool than sed and readlink.

# real_path FILE: where a file lies once its symbolic links are followed.
real_path() {
  file=$1
  while [ -L "$file" ]; do
    link=$(readlink "$file")
    case $link in
      /*) file=$link ;;
      *) file=$(dirname "$file")/$link ;;
    esac
  done
  printf '%s\n' "$(cd "$(dirname "$file")" && pwd -P)/$(basename "$file")"
}

# use_utf8: lets Java read and write file names and text in UTF-8 where the locale would allow ASCII only.
use_utf8() {
  case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
    *UTF-8* | *utf-8* | *UTF8* | *utf8*) ;;
    *)
      unset LC_ALL
      export LC_CTYPE=C.UTF-8
      ;;
  esac
}

# java_version HOME: the major version of the Java in a folder.
java_version() {
  if [ -r "$1/release" ]; then
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
  else
    "$1/bin/java" -version 2>&1 | sed -n '1s/.*version "\([0-9]*\).*/\1/p'
  fi
}

# java_on_path: the home of the java that the PATH finds.
java_on_path() {
  java=$(command -v java) || return 0
  dirname "$(dirname "$(real_path "$java")")"
}

# find_java VERSION PROGRAM: the home of a Java of at least that version that has bin/PROGRAM.
find_java() {
  for home in "${JAVA_HOME:-}" "$(java_on_path)" \
    /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* /opt/jdk/* /usr/local/openjdk* \
    "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* "$HOME"/.asdf/installs/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
    [ -n "$home" ] && [ -x "$home/bin/$2" ] || continue
    version=$(java_version "$home")
    if [ "${version:-0}" -ge "$1" ]; then
      printf '%s\n' "$home"
      return 0
    fi
  done
  return 1
}
