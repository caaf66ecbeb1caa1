package influx

import (
	"os/exec"
	"runtime"
	"syscall"
)

// childAttributes puts the child into a process group of its own, so that
// Ctrl-C in a terminal does not stop it before the services that use it, and
// has the kernel kill it when this process is gone.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// runChild starts cmd, answers on started, and calls ended when it is over.
// The kernel ties the child's life to the thread that started it, so that
// thread is kept until then.
func runChild(cmd *exec.Cmd, started chan<- error, ended func(error)) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := cmd.Start()
	started <- err
	if err == nil {
		ended(cmd.Wait())
	}
}
