package config

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Validate reports everything that is wrong with the values, as a Problems; nil
// when nothing is. It opens and connects to nothing.
func (c Config) Validate() error {
	return c.problems().errorOrNil()
}

func (c Config) problems() Problems {
	var p Problems
	p.oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error")
	p.oneOf("log.format", c.Log.Format, "console", "json")
	p.address("http.addr", c.HTTP.Addr)
	c.MQTT.check(&p)
	c.Kafka.check(&p)
	c.Influx.check(&p)
	p.oneOf("devices.unknown", c.Devices.Unknown, UnknownOwnPatient, UnknownRefuse)
	if c.Devices.Unknown == UnknownRefuse && c.Devices.File == "" {
		p.add("devices.file", "is empty while devices.unknown is refuse, so every device would be refused; name the registry file")
	}
	c.Model.check(&p)
	c.Window.check(&p)
	p.filled("analyzer.questions", c.Analyzer.Questions)
	c.Alerter.check(&p)
	c.Archive.check(&p)
	p.address("console.addr", c.Console.Addr)
	p.filled("console.hosts", c.Console.Hosts)
	return p
}

func (c MQTT) check(p *Problems) {
	p.url("mqtt.url", c.URL, "tcp", "mqtt", "ssl", "tls", "mqtts", "ws", "wss")
	p.required("mqtt.client_id", c.ClientID)
	if c.Password != "" && c.Username == "" {
		p.add("mqtt.username", "is empty, but a password is given; name the user")
	}
	if (c.CertFile == "") != (c.KeyFile == "") {
		p.add("mqtt.cert_file", "cert_file and key_file go together; give both or none")
	}
	p.upTo("mqtt.max_in_flight", c.MaxInFlight, 65535)
	if c.MaxPayload < 1<<10 || c.MaxPayload > 1<<20 {
		p.add("mqtt.max_payload", "%s is not between 1KiB and 1MiB", c.MaxPayload)
	}
}

func (c Kafka) check(p *Problems) {
	if len(c.Brokers) == 0 {
		p.add("kafka.brokers", "is empty; list at least one host:port")
	}
	for i, broker := range c.Brokers {
		p.address(fmt.Sprintf("kafka.brokers[%d]", i), broker)
	}
	p.upTo("kafka.partitions", c.Partitions, 10000)
	p.upTo("kafka.replication", c.Replication, 100)
	p.atLeast("kafka.retention", c.Retention, time.Hour)
	p.required("kafka.group", c.Group)
	p.oneOf("kafka.mechanism", c.Mechanism, "plain", "scram-sha-256", "scram-sha-512")
	if (c.Password == "") != (c.Username == "") {
		p.add("kafka.username", "username and password go together; give both or none")
	}
	if c.CAFile != "" && !c.TLS {
		p.add("kafka.ca_file", "is given, but kafka.tls is false; set kafka.tls to true")
	}
}

func (c Influx) check(p *Problems) {
	p.url("influx.url", c.URL, "http", "https")
	p.required("influx.org", c.Org)
	p.required("influx.bucket", c.Bucket)
	if c.Retention != 0 {
		p.atLeast("influx.retention", c.Retention, time.Hour)
	}
}

func (c Model) check(p *Problems) {
	p.required("model.dir", c.Dir)
	p.oneOf("model.device", c.Device, "cpu", "cuda", "webgpu")
	p.upTo("model.threads", c.Threads, 1024)
	p.upTo("model.batch", c.Batch, 1024)
	p.atLeast("model.batch_delay", c.BatchDelay, 0)
}

func (c Window) check(p *Problems) {
	if c.Length < 10*time.Second || c.Length > time.Minute {
		p.add("window.length", "%s is not between 10s and 1m", c.Length)
	}
	if c.Overlap < time.Second || c.Overlap > c.Length/2 {
		p.add("window.overlap", "%s is not between 1s and half of window.length", c.Overlap)
	}
	p.atLeast("window.max_gap", c.MaxGap, 20*time.Millisecond)
	if c.Idle <= c.MaxGap {
		p.add("window.idle", "%s must be longer than window.max_gap", c.Idle)
	}
}

func (c Alerter) check(p *Problems) {
	for i, w := range c.Webhooks {
		p.url(fmt.Sprintf("alerter.webhooks[%d].url", i), w.URL, "http", "https")
	}
	p.filled("alerter.urls", c.URLs)
	for i, ch := range c.Channels {
		p.required(fmt.Sprintf("alerter.channels[%d].name", i), ch.Name)
		p.required(fmt.Sprintf("alerter.channels[%d].url", i), ch.URL)
	}
	if c.PublicURL == "" {
		return
	}
	p.url("alerter.public_url", c.PublicURL, "http", "https")
	if len(c.LinkSecret) < leastSecret {
		p.add("alerter.link_secret", "has fewer than %d characters, but alerter.public_url asks for links that nobody can guess; make one with: openssl rand -hex 32", leastSecret)
	}
	p.atLeast("alerter.link_expires", c.LinkExpires, time.Minute)
	if c.LinkExpires > mostLink {
		p.add("alerter.link_expires", "%s is too long; %s is the most", c.LinkExpires, mostLink)
	}
}

const (
	leastSecret = 16
	// mostLink is how long it is remembered at least that a link was used.
	mostLink = 14 * 24 * time.Hour
)

func (c Archive) check(p *Problems) {
	p.required("archive.folder", c.Folder)
	if c.Retention != 0 {
		p.atLeast("archive.retention", c.Retention, 24*time.Hour)
	}
}

func (p *Problems) required(key, value string) {
	if strings.TrimSpace(value) == "" {
		p.add(key, "is empty; give it a value")
	}
}

func (p *Problems) filled(key string, list []string) {
	for i, item := range list {
		p.required(fmt.Sprintf("%s[%d]", key, i), item)
	}
}

func (p *Problems) oneOf(key, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		p.add(key, "%q is not one of %s", value, strings.Join(allowed, ", "))
	}
}

func (p *Problems) upTo(key string, value, high int) {
	if value < 1 || value > high {
		p.add(key, "%d is not between 1 and %d", value, high)
	}
}

func (p *Problems) atLeast(key string, value, low time.Duration) {
	if value < low {
		p.add(key, "%s is too short; %s is the least", value, low)
	}
}

func (p *Problems) address(key, value string) {
	_, port, err := net.SplitHostPort(value)
	if n, portErr := strconv.ParseUint(port, 10, 16); err != nil || portErr != nil || n > 65535 {
		p.add(key, "%q is not host:port, like 127.0.0.1:9092", value)
	}
}

func (p *Problems) url(key, value string, schemes ...string) {
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || !slices.Contains(schemes, u.Scheme) {
		// The value may hold a password, and the error quotes it.
		p.add(key, "is not a URL that begins with %s:// and names a host", strings.Join(schemes, "://, "))
	}
}
