// Package config holds the one configuration that all of Holter's services
// share: its keys, their defaults, and how they are read from a YAML file and
// from environment variables.
//
// Every key SECTION.KEY of the file is also the variable HOLTER_SECTION_KEY,
// which wins over the file. Secrets are read from the file named by the key
// with the suffix _file, so that they need to stand in neither.
//
// The package does not open what the configuration names (registry, rules,
// model): that is for the service that uses it.
package config

import "time"

// Config is the configuration of every service. Paths are relative to the
// working directory.
type Config struct {
	Log      Log      `yaml:"log"`
	HTTP     HTTP     `yaml:"http"`
	MQTT     MQTT     `yaml:"mqtt"`
	Kafka    Kafka    `yaml:"kafka"`
	Influx   Influx   `yaml:"influx"`
	Devices  Devices  `yaml:"devices"`
	Model    Model    `yaml:"model"`
	Window   Window   `yaml:"window"`
	Analyzer Analyzer `yaml:"analyzer"`
	Alerter  Alerter  `yaml:"alerter"`
	Archive  Archive  `yaml:"archive"`
	Console  Console  `yaml:"console"`
}

// Log says what is logged to standard error, and how.
type Log struct {
	Level  string `yaml:"level"`  // debug, info, warn or error
	Format string `yaml:"format"` // console (for people) or json
}

// HTTP is where metrics and health are served.
type HTTP struct {
	Addr string `yaml:"addr"` // host:port; port 0 takes a free one
}

// MQTT is the broker that wearables publish to.
type MQTT struct {
	URL          string `yaml:"url"`       // tcp://, ssl://, ws:// or wss://
	ClientID     string `yaml:"client_id"` // stable: the broker keeps the session under it
	Username     string `yaml:"username"`
	Password     string `yaml:"password"`
	PasswordFile string `yaml:"password_file"`
	CAFile       string `yaml:"ca_file"`       // empty: the system's
	CertFile     string `yaml:"cert_file"`     // client certificate
	KeyFile      string `yaml:"key_file"`      // its key
	MaxInFlight  int    `yaml:"max_in_flight"` // messages taken and not yet acknowledged
	MaxPayload   Bytes  `yaml:"max_payload"`
}

// Kafka is the log between the services.
type Kafka struct {
	Brokers      []string      `yaml:"brokers"`
	Partitions   int           `yaml:"partitions"` // of every topic
	Replication  int           `yaml:"replication"`
	Retention    time.Duration `yaml:"retention"` // of every topic that is not compacted
	Group        string        `yaml:"group"`     // prefix of the consumer groups' names
	Username     string        `yaml:"username"`
	Password     string        `yaml:"password"`
	PasswordFile string        `yaml:"password_file"`
	Mechanism    string        `yaml:"mechanism"` // plain, scram-sha-256 or scram-sha-512
	TLS          bool          `yaml:"tls"`
	CAFile       string        `yaml:"ca_file"`
}

// Influx is the store of events.
type Influx struct {
	URL       string        `yaml:"url"`
	Org       string        `yaml:"org"`
	Bucket    string        `yaml:"bucket"`
	Token     string        `yaml:"token"`
	TokenFile string        `yaml:"token_file"`
	Retention time.Duration `yaml:"retention"` // 0: for ever; older events are refused
}

// Devices is the registry of wearables.
type Devices struct {
	File    string `yaml:"file"`    // empty: no device is registered
	Unknown string `yaml:"unknown"` // own-patient or refuse
}

// Model is the ECG language model and how it is run.
type Model struct {
	Dir        string        `yaml:"dir"`
	Device     string        `yaml:"device"` // cpu, cuda or webgpu
	Threads    int           `yaml:"threads"`
	Library    string        `yaml:"library"` // of ONNX Runtime; empty: looked for
	Batch      int           `yaml:"batch"`   // windows answered together at most
	BatchDelay time.Duration `yaml:"batch_delay"`
}

// Window is how the signal is cut for the model.
type Window struct {
	Length  time.Duration `yaml:"length"`
	Overlap time.Duration `yaml:"overlap"`
	MaxGap  time.Duration `yaml:"max_gap"` // a longer one ends a segment
	Idle    time.Duration `yaml:"idle"`    // silence after which a device's last window is closed
}

// Analyzer is what is asked of every window.
type Analyzer struct {
	// Questions are condition codes or whole questions, for devices whose
	// registry entry has none.
	Questions []string `yaml:"questions"`
}

// Alerter is who is told, and when.
type Alerter struct {
	Rules    string    `yaml:"rules"` // file; empty: the built-in rules
	Webhooks []Webhook `yaml:"webhooks"`
	URLs     []string  `yaml:"urls"` // notification services
	URLsFile string    `yaml:"urls_file"`
	// Channels are how the people in the rules are reached.
	Channels []Channel `yaml:"channels"`
	// PublicURL is where people reach the alerter's HTTP server; empty: messages
	// have no acknowledge link.
	PublicURL      string        `yaml:"public_url"`
	LinkSecret     string        `yaml:"link_secret"` // the same for all alerters
	LinkSecretFile string        `yaml:"link_secret_file"`
	LinkExpires    time.Duration `yaml:"link_expires"`
}

// Channel is one way to reach people.
type Channel struct {
	Name       string `yaml:"name"`
	URL        string `yaml:"url"` // of a notification service, or of a webhook
	URLFile    string `yaml:"url_file"`
	Secret     string `yaml:"secret"` // of a webhook
	SecretFile string `yaml:"secret_file"`
}

// Archive is where the signal is kept, and for how long.
type Archive struct {
	Folder    string        `yaml:"folder"`
	Retention time.Duration `yaml:"retention"` // 0: for ever; older signal is not taken
}

// Console is where people look at patients in a browser.
type Console struct {
	Addr  string   `yaml:"addr"`  // host:port; port 0 takes a free one
	Hosts []string `yaml:"hosts"` // further names that it may be called, as by a proxy
}

// Webhook is a receiver of alerts as JSON.
type Webhook struct {
	URL        string `yaml:"url"`
	Secret     string `yaml:"secret"` // signs the request; empty: unsigned
	SecretFile string `yaml:"secret_file"`
}
