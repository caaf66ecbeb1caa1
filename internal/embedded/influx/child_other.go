//go:build unix && !linux

package influx

import (
	"os/exec"
	"syscall"
)

// childAttributes puts the child into a process group of its own, so that
// Ctrl-C in a terminal does not stop it before the services that use it. A
// child that outlives this process is ended by the next start.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}

// runChild starts cmd, answers on started, and calls ended when it is over.
func runChild(cmd *exec.Cmd, started chan<- error, ended func(error)) {
	err := cmd.Start()
	started <- err
	if err == nil {
		ended(cmd.Wait())
	}
}
