package cli

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/url"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/holterd/holter/internal/config"
	"github.com/holterd/holter/internal/registry"
	"github.com/holterd/holter/internal/replay"
)

type replayFlags struct {
	device, leads, at, speed, mqtt string
	from, to, patience             time.Duration
	wait                           bool
}

func (a *App) replayCommand() *cobra.Command {
	var f replayFlags
	command := &cobra.Command{
		Use:   "replay RECORD",
		Short: "Play a recording over MQTT as a wearable would",
		Long: `Play a WFDB recording over MQTT as a wearable would: one chunk of integer
samples per second, in order, each kept until the broker has acknowledged it.
RECORD is the path of the recording without extension.

A session is known by the device, the record, the leads, the stretch and the time
of the first sample: playing the same once more with the same --at stores nothing
twice. Without --at, speed 1 is live: the first sample is measured now. At any
other speed the recording ends now.`,
		Example: `  holter replay mitdb/119 --device chest-1
  holter replay mitdb/119 --from 5m --to 10m --at 2026-01-31T08:30:00Z --speed max --wait`,
		Args: one("one RECORD"),
		RunE: func(command *cobra.Command, args []string) error {
			return a.replay(command.Context(), args[0], f)
		},
	}
	flags := command.Flags()
	flags.StringVar(&f.device, "device", "", "`ID` of the device (default replay- and the record's name)")
	leadsFlag(flags, &f.leads)
	stretchFlags(flags, &f.from, &f.to)
	flags.StringVar(&f.at, "at", "", "`TIME` of the first sample, RFC 3339")
	flags.StringVar(&f.speed, "speed", "1", "factor over real time, or max: `X`")
	flags.StringVar(&f.mqtt, "mqtt", "", "`URL` of the MQTT broker (default mqtt.url of the configuration)")
	flags.BoolVar(&f.wait, "wait", false, "return when all of it is analysed and its events are stored")
	f.patience = 5 * time.Minute
	flags.Var(durationValue{&f.patience}, "patience", "give up when nothing moves for so long")
	a.configFlag(command)
	return command
}

func (a *App) replay(ctx context.Context, record string, f replayFlags) error {
	speed, err := parseSpeed(f.speed)
	if err != nil {
		return asUsage(fmt.Errorf("--speed: %w", err))
	}
	cfg, err := a.config()
	if err != nil {
		return err
	}
	broker, err := brokerOf(cfg.MQTT, f.mqtt)
	if err != nil {
		return err
	}
	signal, cut, err := replay.ReadSignal(record, f.leads, f.from, f.to)
	if err != nil {
		return err
	}
	session := &replay.Session{Device: f.device, Signal: signal}
	if session.Device == "" {
		session.Device = replay.DeviceName(cut.Record)
	}
	if err := registry.CheckName(session.Device); err != nil {
		return asUsage(fmt.Errorf("--device: %w", err))
	}
	if session.Start, err = a.firstSample(f.at, speed, signal); err != nil {
		return asUsage(fmt.Errorf("--at: %w", err))
	}
	session.Recording = replay.RecordingID(session.Device, cut, session.Start)
	return a.play(ctx, session, replay.Options{
		Broker: broker, Speed: speed, Wait: f.wait, Patience: f.patience, Clock: a.Clock, Log: a.logger(),
	})
}

// firstSample decides on the time of the first sample.
func (a *App) firstSample(at string, speed float64, signal *replay.Signal) (time.Time, error) {
	now := a.Clock.Now().Truncate(time.Millisecond)
	switch {
	case at != "":
		return parseTime(at)
	case speed == 1:
		return now, nil
	}
	return now.Add(-signal.Duration()), nil
}

// play shows the progress of a session and says how it ended.
func (a *App) play(ctx context.Context, session *replay.Session, options replay.Options) error {
	_, _ = fmt.Fprintf(a.Err, "device %s plays recording %s: %v of %v, first sample %s\n",
		session.Device, session.Recording, session.Signal.Duration().Round(time.Millisecond), session.Signal.Leads,
		session.Start.UTC().Format(time.RFC3339Nano))
	seconds := int(session.Signal.Duration().Round(time.Second) / time.Second)
	bar := a.newBar(seconds, "replay", "seconds")
	options.Observe = func(s replay.State) {
		if options.Wait {
			bar.set(int(s.Analysed/time.Second), fmt.Sprintf(" (sent %d)", s.Acknowledged)+connection(s))
			return
		}
		bar.set(s.Acknowledged, connection(s))
	}
	state, err := replay.Play(ctx, session, options)
	bar.end()
	if err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	switch {
	case options.Wait && state.RefusedEvents > 0:
		return fmt.Errorf("replay: the recording is analysed, but InfluxDB refused %d of its events: they are in ecg.deadletter with the reason; "+
			"when they are older than influx.retention, set that to 0s (for ever), start holter up or run holter init again, "+
			"and replay under another --device", state.RefusedEvents)
	case !options.Wait:
		_, _ = fmt.Fprintf(a.Err, "all %d chunks are with the broker\n", state.Chunks)
	case state.Refused > 0:
		_, _ = fmt.Fprintf(a.Err, "analysed and stored; %d chunks were refused or lost, see ecg.deadletter\n", state.Refused)
	default:
		_, _ = fmt.Fprintf(a.Err, "analysed and stored\n")
	}
	return nil
}

func connection(s replay.State) string {
	if !s.Connected {
		return ", connecting…"
	}
	return ""
}

// brokerOf combines the configuration with an address given on the command line,
// which may hold a user and a password.
func brokerOf(cfg config.MQTT, address string) (replay.Broker, error) {
	broker := replay.Broker{URL: withScheme(address, "tcp"), Username: cfg.Username, Password: cfg.Password}
	if broker.URL == "" {
		broker.URL = cfg.URL
	}
	u, err := url.Parse(broker.URL)
	if err != nil || u.Host == "" {
		return broker, asUsage(fmt.Errorf("--mqtt: %q is no address: give one like tcp://127.0.0.1:1883", broker.URL))
	}
	if u.User != nil {
		broker.Username = u.User.Username()
		broker.Password, _ = u.User.Password()
		u.User = nil
		broker.URL = u.String()
	}
	if cfg.CAFile == "" && cfg.CertFile == "" {
		return broker, nil
	}
	broker.TLS, err = clientTLS(cfg)
	return broker, err
}

// clientTLS trusts the configured authority and presents the configured certificate.
func clientTLS(cfg config.MQTT) (*tls.Config, error) {
	out := &tls.Config{MinVersion: tls.VersionTLS12}
	if cfg.CAFile != "" {
		pem, err := os.ReadFile(cfg.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read mqtt.ca_file: %w", err)
		}
		out.RootCAs = x509.NewCertPool()
		if !out.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("mqtt.ca_file %s holds no PEM certificate", cfg.CAFile)
		}
	}
	if cfg.CertFile != "" {
		certificate, err := tls.LoadX509KeyPair(cfg.CertFile, cfg.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("read mqtt.cert_file and mqtt.key_file: %w", err)
		}
		out.Certificates = []tls.Certificate{certificate}
	}
	return out, nil
}
