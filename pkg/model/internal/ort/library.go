package ort

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// Version of ONNX Runtime that scripts/onnxruntime.sh fetches.
const Version = "1.30.0"

// LibraryVariable names the environment variable that holds a library's path.
const LibraryVariable = "HOLTER_ONNXRUNTIME"

// ErrNoLibrary is wrapped when no ONNX Runtime library can be found.
var ErrNoLibrary = errors.New("the ONNX Runtime library is missing")

// FindLibrary returns the path of the ONNX Runtime shared library for the
// device: the explicit path, else the one in HOLTER_ONNXRUNTIME, else the one
// that scripts/onnxruntime.sh keeps in the cache folder. getenv is os.Getenv
// outside tests.
func FindLibrary(d Device, explicit string, getenv func(string) string) (string, error) {
	for _, named := range []struct{ path, by string }{
		{explicit, "the configured library"},
		{getenv(LibraryVariable), LibraryVariable},
	} {
		if named.path == "" {
			continue
		}
		if err := isFile(named.path); err != nil {
			return "", fmt.Errorf("%w: %s: %w", ErrNoLibrary, named.by, err)
		}
		return named.path, nil
	}
	var seen []string
	for _, path := range cached(d, getenv) {
		if isFile(path) == nil {
			return path, nil
		}
		seen = append(seen, path)
	}
	return "", fmt.Errorf("%w: looked for %q; %s, or set %s", ErrNoLibrary, seen, d.remedy(), LibraryVariable)
}

// cached lists where the library for the device may be kept, best first.
func cached(d Device, getenv func(string) string) []string {
	root := getenv("XDG_CACHE_HOME")
	if root == "" {
		root = filepath.Join(getenv("HOME"), ".cache")
	}
	name := "libonnxruntime.so"
	if runtime.GOOS == "darwin" {
		name = "libonnxruntime.dylib"
	}
	folder := filepath.Join(root, "holter", "onnxruntime", Version)
	if d == CPU {
		return []string{filepath.Join(folder, name)}
	}
	return []string{filepath.Join(folder, string(d), name)}
}

func isFile(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a file", path)
	}
	return nil
}
