package influx

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rs/zerolog"
)

// Options says where the server listens and keeps its data.
type Options struct {
	// Addr is the host:port to listen on, "127.0.0.1:8086" when empty. Port 0
	// takes any free one: see Server.URL.
	Addr string
	// Dir is the folder for data, configuration and log, for this server
	// alone.
	Dir string
	// Program is the path of influxd; when empty, what Find finds.
	Program string
}

const (
	stopTimeout = 20 * time.Second // for the server to write its data down
	pollEvery   = 50 * time.Millisecond
)

// Server is a running child process.
type Server struct {
	url     string
	opts    Options
	log     zerolog.Logger
	process *os.Process
	exited  chan struct{} // closed once the child has ended
	exit    error         // why it ended; set before exited is closed
}

// Start ends a server that a killed process has left on the folder, starts a
// new one and returns when it answers. The caller owns the Server and closes
// it. ctx bounds the start only.
func Start(ctx context.Context, opts Options, log zerolog.Logger) (*Server, error) {
	if opts.Addr == "" {
		opts.Addr = "127.0.0.1:8086"
	}
	var err error
	if opts.Program == "" {
		if opts.Program, err = Find(); err != nil {
			return nil, fmt.Errorf("starting InfluxDB: %w", err)
		}
	}
	// The child runs elsewhere, and a left-over one is known by this path.
	if opts.Dir, err = filepath.Abs(opts.Dir); err != nil {
		return nil, fmt.Errorf("starting InfluxDB: %w", err)
	}
	if err := os.MkdirAll(opts.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("creating InfluxDB's folder: %w", err)
	}
	if err := endLeftOver(ctx, opts, log); err != nil {
		return nil, fmt.Errorf("starting InfluxDB: %w", err)
	}
	addr, err := freeAddr(ctx, opts.Addr)
	if err != nil {
		return nil, fmt.Errorf("starting InfluxDB: %w (is another InfluxDB running there? choose another address)", err)
	}
	if err := opts.writeConfig(addr); err != nil {
		return nil, err
	}
	began := time.Now()
	s := &Server{url: "http://" + addr, opts: opts, log: log, exited: make(chan struct{})}
	if err := s.spawn(); err != nil {
		return nil, fmt.Errorf("starting InfluxDB (%s): %w", opts.Program, err)
	}
	if err := s.awaitAnswer(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	log.Info().Str("url", s.url).Str("program", opts.Program).Int("pid", s.process.Pid).
		Dur("took", time.Since(began)).Msg("InfluxDB answers")
	return s, nil
}

// freeAddr replaces port 0 by a free port, and finds out early when the
// address is taken.
func freeAddr(ctx context.Context, addr string) (string, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", addr)
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// spawn starts the child and waits for its end in the background.
func (s *Server) spawn() error {
	out, err := os.OpenFile(s.opts.logPath(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	cmd := exec.Command(s.opts.Program, "run", "-config", s.opts.configPath())
	cmd.Dir = s.opts.Dir
	cmd.Stdout, cmd.Stderr = out, out
	// InfluxDB takes settings from variables, too; only its file counts here.
	cmd.Env = []string{"HOME=" + s.opts.Dir, "PATH=" + os.Getenv("PATH")}
	cmd.SysProcAttr = childAttributes()
	started := make(chan error)
	go runChild(cmd, started, func(err error) {
		s.exit = err
		close(s.exited)
	})
	err = <-started
	if closeErr := out.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	s.process = cmd.Process
	return os.WriteFile(s.opts.pidPath(), []byte(strconv.Itoa(s.process.Pid)), 0o600)
}

// awaitAnswer returns once the server takes writes and queries.
func (s *Server) awaitAnswer(ctx context.Context) error {
	client := &http.Client{Timeout: 2 * time.Second}
	defer client.CloseIdleConnections()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		if healthy(ctx, client, s.url) {
			return nil
		}
		select {
		case <-s.exited:
			return fmt.Errorf("InfluxDB ended while it started: %w; see %s", s.exit, s.opts.logPath())
		case <-ctx.Done():
			return fmt.Errorf("waiting for InfluxDB at %s: %w; see %s", s.url, ctx.Err(), s.opts.logPath())
		case <-tick.C:
		}
	}
}

func healthy(ctx context.Context, client *http.Client, url string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/health", nil)
	if err != nil {
		return false
	}
	answer, err := client.Do(request)
	if err != nil {
		return false
	}
	return answer.Body.Close() == nil && answer.StatusCode == http.StatusOK
}

// Addr is the host:port that clients connect to.
func (s *Server) Addr() string { return strings.TrimPrefix(s.url, "http://") }

// URL is where the server answers, without a slash at its end.
func (s *Server) URL() string { return s.url }

// Exited is closed when the child has ended, by Close or by itself.
func (s *Server) Exited() <-chan struct{} { return s.exited }

// Close stops the server and returns when it has ended.
func (s *Server) Close() error {
	if err := s.process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stopping InfluxDB: %w", err)
	}
	select {
	case <-s.exited:
	case <-time.After(stopTimeout):
		s.log.Warn().Dur("after", stopTimeout).Msg("InfluxDB does not end and is killed; it loses nothing by that")
		if err := s.process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("killing InfluxDB: %w", err)
		}
		<-s.exited
	}
	if err := os.Remove(s.opts.pidPath()); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("stopping InfluxDB: %w", err)
	}
	return nil
}
