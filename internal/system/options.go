package system

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/holterd/holter/internal/config"
)

// resolve fills in addresses and folders that are not given, and makes the
// configuration fit embedded servers.
func (o *Options) resolve() error {
	var err error
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return fmt.Errorf("the data folder: %w", err)
	}
	cfg := &o.Config
	if err := refuseTLS(*cfg); err != nil {
		return err
	}
	if o.HTTP == "" {
		o.HTTP = cfg.HTTP.Addr
	}
	if o.MQTT == "" {
		if o.MQTT, err = hostPort("mqtt.url", cfg.MQTT.URL); err != nil {
			return err
		}
	}
	if o.Kafka == "" && len(cfg.Kafka.Brokers) > 0 {
		o.Kafka = cfg.Kafka.Brokers[0]
	}
	if o.Influx == "" {
		if o.Influx, err = hostPort("influx.url", cfg.Influx.URL); err != nil {
			return err
		}
	}
	if o.Console == "" {
		o.Console = cfg.Console.Addr
	}
	cfg.Console.Addr = o.Console
	for flag, addr := range map[string]string{"http": o.HTTP, "console": o.Console, "mqtt": o.MQTT, "kafka": o.Kafka, "influx": o.Influx} {
		if _, _, err := net.SplitHostPort(addr); err != nil {
			return fmt.Errorf("the %s address %q: %w; give host:port", flag, addr, err)
		}
	}
	if cfg.Archive.Folder == config.Default().Archive.Folder {
		cfg.Archive.Folder = filepath.Join(o.Dir, "archive")
	}
	// The embedded Kafka broker and InfluxDB have no users, nor a second
	// machine to keep copies on.
	cfg.Kafka.Username, cfg.Kafka.Password, cfg.Kafka.PasswordFile = "", "", ""
	cfg.Kafka.Replication = 1
	cfg.Influx.Token, cfg.Influx.TokenFile = "", ""
	return nil
}

// refuseTLS refuses what asks for encryption: the embedded servers have none, and
// nobody shall believe that there is.
func refuseTLS(cfg config.Config) error {
	var asked []string
	ask := func(key string, is bool) {
		if is {
			asked = append(asked, key)
		}
	}
	ask("mqtt.url", encrypted(cfg.MQTT.URL))
	ask("mqtt.ca_file", cfg.MQTT.CAFile != "")
	ask("mqtt.cert_file", cfg.MQTT.CertFile != "")
	ask("mqtt.key_file", cfg.MQTT.KeyFile != "")
	ask("kafka.tls", cfg.Kafka.TLS)
	ask("kafka.ca_file", cfg.Kafka.CAFile != "")
	ask("influx.url", encrypted(cfg.Influx.URL))
	if len(asked) == 0 {
		return nil
	}
	return fmt.Errorf("%s ask for TLS, which the embedded servers do not have: leave them out and keep to one machine "+
		"(or put a TLS proxy in front of MQTT), or run ingest, analyzer, alerter, archiver and console against servers of your own",
		strings.Join(asked, ", "))
}

func encrypted(address string) bool {
	scheme, _, _ := strings.Cut(address, "://")
	return slices.Contains([]string{"ssl", "tls", "mqtts", "wss", "https"}, scheme)
}

// hostPort takes the address out of a configured URL.
func hostPort(key, text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil {
		return "", fmt.Errorf("%s: %w", key, err)
	}
	return u.Host, nil
}

// reachable is the address under which a listener is reached from the same
// machine: that of all interfaces is none to connect to.
func reachable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return addr
}

// newSecret makes a password that lives as long as the process.
func newSecret() (string, error) {
	secret := make([]byte, 16)
	if _, err := rand.Read(secret); err != nil {
		return "", fmt.Errorf("making a password: %w", err)
	}
	return hex.EncodeToString(secret), nil
}
