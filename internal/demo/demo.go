package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/rs/zerolog"

	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/replay"
	"github.com/holterd/holter/internal/system"
	"github.com/holterd/holter/pkg/ecg"
)

// Options say what is shown and where.
type Options struct {
	Sources Sources
	// Leads, From and To choose the part of the recording that is played.
	Leads    string
	From, To time.Duration
	// Speed is recorded time over real time; 0 is as fast as possible.
	Speed float64
	// Dir keeps the system's data.
	Dir string
	// Config is the configuration of the services; the caregiver's webhook is
	// the demonstration's own, and all addresses are free ports of this machine.
	Config  config.Config
	Verbose bool
	Out     io.Writer
	// Terminal tells that Out is a terminal, Width characters wide.
	Terminal bool
	Width    int
	Clock    replay.Clock
}

// Run shows the system at work and returns when the recording is analysed.
func Run(ctx context.Context, o Options) error {
	scr := newScreen(o.Out, o.Terminal, o.Width, o.Clock.Now)
	scr.line(title, "", "Holter: from the wearable to the caregiver")
	scr.line(faint, "", "For research and engineering. Not a medical device.")
	if o.Sources.Say == nil {
		o.Sources.Say = func(text string) { scr.line(warning, "", text) }
	}
	recording, err := o.Sources.Find(ctx)
	if err != nil {
		return err
	}
	signal, cut, err := replay.ReadSignal(recording.Path, o.Leads, o.From, o.To)
	if err != nil {
		return err
	}
	scr.line(plain, "", fmt.Sprintf("Recording: %s, %v to %v, leads %v, at %s speed",
		recording.Origin, cut.From, cut.To, cut.Leads, speedName(o.Speed)))

	session := &replay.Session{Device: "demo-wearable", Signal: signal,
		Start: o.Clock.Now().Truncate(time.Millisecond).Add(-signal.Duration())}
	session.Recording = replay.RecordingID(session.Device, cut, session.Start)
	s := &show{options: o, screen: scr, session: session, story: newStory(session.Start, cut.From, scr)}
	if s.reference, err = readReference(recording, cut); err != nil {
		return err
	}
	return s.run(ctx)
}

// show is one demonstration.
type show struct {
	options   Options
	screen    *screen
	session   *replay.Session
	story     *Story
	reference *Reference
	stored    int // events that InfluxDB holds at the end
}

// run starts the system, plays, and stops the system, whatever happens.
func (s *show) run(ctx context.Context) error {
	receiver, err := startReceiver(s.story)
	if err != nil {
		return err
	}
	defer receiver.close()
	cfg := s.options.Config
	cfg.Alerter.Webhooks, cfg.Alerter.URLs = []config.Webhook{receiver.webhook()}, nil
	if cfg.Alerter.Rules == "" {
		if cfg.Alerter.Rules, err = writeRules(s.options.Sources.Scratch); err != nil {
			return err
		}
	}
	log := s.logger()
	const free = "127.0.0.1:0"
	sys, err := system.New(system.Options{
		Dir: s.options.Dir, Config: cfg, HTTP: free, Console: free, MQTT: free, Kafka: free, Influx: free, Analysed: s.story,
	}, log)
	if err != nil {
		return err
	}
	s.screen.line(plain, "", "Starting MQTT, Kafka and InfluxDB servers, then ingest, analyzer, alerter, archiver and console …")
	began := s.options.Clock.Now()
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- sys.Run(running) }()

	playing, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	played := make(chan error, 1)
	go func() { played <- s.play(playing, sys, began, log) }()
	select {
	case err = <-played:
		stop()
		err = errors.Join(err, <-ended)
	case failure := <-ended:
		failure = fmt.Errorf("the system has ended: %w", failure)
		cancel(failure)
		<-played //nolint:errcheck // it says the same
		err = failure
	}
	s.screen.end()
	if err != nil {
		return err
	}
	s.sumUp()
	return nil
}

func (s *show) sumUp() {
	s.screen.line(title, "", "Summary")
	for _, line := range s.story.Summary(s.stored, s.reference) {
		s.screen.line(plain, "", "  "+line)
	}
	s.screen.line(plain, "", fmt.Sprintf("Look at it: bin/holter up --data %s, then open http://%s/patients/%s",
		s.options.Dir, s.options.Config.Console.Addr, s.session.Device))
	s.screen.line(faint, "", "Next: bin/holter up --data ./holter-data, then bin/holter replay RECORD; bin/holter --help")
}

// logger shows warnings among the lines of the story.
func (s *show) logger() zerolog.Logger {
	level := zerolog.WarnLevel
	if s.options.Verbose {
		level = zerolog.DebugLevel
	}
	out := zerolog.ConsoleWriter{Out: s.screen, TimeFormat: time.TimeOnly, NoColor: !s.options.Terminal}
	return zerolog.New(out).Level(level).With().Timestamp().Logger()
}

// readReference reads the annotations of the part that is played.
func readReference(r Recording, cut replay.Cut) (*Reference, error) {
	if r.Reference == "" {
		return nil, nil
	}
	header, err := ecg.ReadHeader(r.Path)
	if err != nil {
		return nil, err
	}
	annotations, err := ecg.ReadAnnotations(r.Reference)
	if err != nil {
		return nil, fmt.Errorf("the annotations of %s: %w", filepath.Base(r.Path), err)
	}
	return &Reference{Annotations: annotations, Rate: header.Rate, From: cut.From, To: cut.To}, nil
}

func speedName(speed float64) string {
	if speed == 0 {
		return "full"
	}
	return fmt.Sprintf("%gx", speed)
}
