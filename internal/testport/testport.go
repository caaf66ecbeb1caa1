//go:build unix

// Package testport gives tests addresses that they may close and bind again.
//
// A port that the kernel chose (":0") is anybody's as soon as it is closed: the
// next connection of whatever test runs beside may get it. The ports here lie
// outside the ephemeral range and are held by a lock file, so that neither the
// kernel nor another package's test takes them.
package testport

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// The ports, below the ephemeral range of every system.
const (
	first = 20000
	count = 10000
)

// Addr returns a loopback address that nobody listens on; it is the test's own
// until the test ends.
func Addr(t testing.TB) string {
	t.Helper()
	addr, release, err := Take()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	return addr
}

// Take does the same where there is no test to speak of; the caller releases
// the address.
func Take() (addr string, release func(), err error) {
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("holter-testport-%d", os.Getuid()))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", nil, fmt.Errorf("test ports: the folder of the lock files: %w", err)
	}
	from := rand.IntN(count)
	for i := range count {
		port := strconv.Itoa(first + (from+i)%count)
		lock, err := os.OpenFile(filepath.Join(dir, port), os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return "", nil, fmt.Errorf("test ports: %w", err)
		}
		addr := net.JoinHostPort("127.0.0.1", port)
		if claim(lock, addr) == nil {
			return addr, func() { _ = lock.Close() }, nil
		}
		_ = lock.Close()
	}
	return "", nil, fmt.Errorf("test ports: none of %d to %d is free; end what listens on them", first, first+count-1)
}

// claim locks the file and makes sure that nobody listens on the address.
func claim(lock *os.File, addr string) error {
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	return listener.Close()
}
