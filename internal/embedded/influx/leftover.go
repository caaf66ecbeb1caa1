package influx

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rs/zerolog"
)

// endLeftOver ends the server that the pid file names, if it still runs on
// this folder, and waits until it is gone: two servers on the same files would
// destroy them.
func endLeftOver(ctx context.Context, opts Options, log zerolog.Logger) error {
	text, err := os.ReadFile(opts.pidPath())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || pid <= 1 {
		return nil // cut short by a kill; the child died with its parent
	}
	if !servesFolder(ctx, pid, opts) {
		return nil
	}
	log.Warn().Int("pid", pid).Msg("an InfluxDB of a former run is still there and is ended")
	process, err := os.FindProcess(pid)
	if err != nil {
		return err
	}
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	killAt := time.Now().Add(stopTimeout)
	signal := syscall.SIGTERM
	for servesFolder(ctx, pid, opts) {
		if time.Now().After(killAt) {
			signal = syscall.SIGKILL
		}
		if err := process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("ending the InfluxDB (process %d) that runs on %s: %w; end it yourself", pid, opts.Dir, err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for the InfluxDB (process %d) that runs on %s: %w", pid, opts.Dir, ctx.Err())
		case <-tick.C:
		}
	}
	return nil
}

// servesFolder reports whether a process is a server with this folder's
// configuration; the number in a stale pid file may belong to anything by now.
func servesFolder(ctx context.Context, pid int, opts Options) bool {
	command, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil {
		if _, statErr := os.Stat("/proc/self/cmdline"); statErr == nil {
			return false // there is a /proc, and the process is not in it
		}
		command, err = exec.CommandContext(ctx, "ps", "-o", "args=", "-p", strconv.Itoa(pid)).Output()
		if err != nil {
			return false
		}
	}
	return strings.Contains(string(command), opts.configPath())
}
