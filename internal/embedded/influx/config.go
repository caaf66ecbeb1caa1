package influx

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// configText is what differs from InfluxDB's defaults. Every write is synced
// (wal-fsync-delay is 0 by default), and its listeners for other protocols and
// its reports to its makers are off.
const configText = `# Written at every start by Holter; changes are lost.
reporting-disabled = true
bind-address = "127.0.0.1:0"

[meta]
  dir = %s
  logging-enabled = false

[data]
  dir = %s
  wal-dir = %s
  query-log-enabled = false

[coordinator]
  write-timeout = "30s"

[http]
  bind-address = %s
  flux-enabled = true
  log-enabled = false
  pprof-enabled = false

[monitor]
  store-enabled = false

[subscriber]
  enabled = false

[continuous_queries]
  enabled = false

[logging]
  format = "logfmt"
  level = "warn"
`

func (o Options) configPath() string { return filepath.Join(o.Dir, "influxdb.conf") }

func (o Options) logPath() string { return filepath.Join(o.Dir, "influxd.log") }

func (o Options) pidPath() string { return filepath.Join(o.Dir, "influxd.pid") }

func (o Options) writeConfig(addr string) error {
	quoted := func(elements ...string) string {
		return strconv.Quote(filepath.Join(append([]string{o.Dir}, elements...)...))
	}
	text := fmt.Sprintf(configText, quoted("meta"), quoted("data"), quoted("wal"), strconv.Quote(addr))
	if err := os.WriteFile(o.configPath(), []byte(text), 0o600); err != nil {
		return fmt.Errorf("writing InfluxDB's configuration: %w", err)
	}
	return nil
}
