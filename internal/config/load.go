package config

import (
	"fmt"
	"os"
	"strings"
)

// Load returns the defaults, changed by the file at path (none when path is
// empty) and then by the environment, with the secrets read from their files.
// The error is a Problems that holds everything found, also by Validate.
func Load(path string) (Config, error) {
	return load(path, os.Environ())
}

func load(path string, environ []string) (Config, error) {
	cfg := Default()
	var p Problems
	if path != "" {
		document, err := os.ReadFile(path)
		if err != nil {
			return cfg, fmt.Errorf("read the configuration: %w; name an existing file with --config", err)
		}
		p = append(p, decodeYAML(document, &cfg)...)
	}
	p = append(p, decodeEnvironment(environ, &cfg)...)
	p = append(p, cfg.readSecrets()...)
	p = append(p, cfg.problems()...)
	return cfg, p.errorOrNil()
}

// readSecrets fills each secret from the file named beside it.
func (c *Config) readSecrets() Problems {
	var p Problems
	read := func(key string, secret *string, file string) {
		if file == "" {
			return
		}
		if *secret != "" {
			p.add(key, "is given twice; leave out either %s or %s_file", key, key)
			return
		}
		content, err := os.ReadFile(file)
		if err != nil {
			p.add(key+"_file", "cannot be read: %v", err)
			return
		}
		*secret = strings.TrimRight(string(content), "\r\n")
		if *secret == "" {
			p.add(key+"_file", "%s is empty; put the secret on its first line", file)
		}
	}
	read("mqtt.password", &c.MQTT.Password, c.MQTT.PasswordFile)
	read("kafka.password", &c.Kafka.Password, c.Kafka.PasswordFile)
	read("influx.token", &c.Influx.Token, c.Influx.TokenFile)
	for i := range c.Alerter.Webhooks {
		w := &c.Alerter.Webhooks[i]
		read(fmt.Sprintf("alerter.webhooks[%d].secret", i), &w.Secret, w.SecretFile)
	}
	for i := range c.Alerter.Channels {
		ch := &c.Alerter.Channels[i]
		read(fmt.Sprintf("alerter.channels[%d].url", i), &ch.URL, ch.URLFile)
		read(fmt.Sprintf("alerter.channels[%d].secret", i), &ch.Secret, ch.SecretFile)
	}
	read("alerter.link_secret", &c.Alerter.LinkSecret, c.Alerter.LinkSecretFile)
	c.Alerter.readURLs(&p)
	return p
}

// readURLs takes the URLs from their file: they hold passwords and tokens. Each
// stands on a line of its own; lines that begin with # are comments.
func (c *Alerter) readURLs(p *Problems) {
	if c.URLsFile == "" {
		return
	}
	if len(c.URLs) > 0 {
		p.add("alerter.urls", "is given twice; leave out either alerter.urls or alerter.urls_file")
		return
	}
	content, err := os.ReadFile(c.URLsFile)
	if err != nil {
		p.add("alerter.urls_file", "cannot be read: %v", err)
		return
	}
	for line := range strings.Lines(string(content)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			c.URLs = append(c.URLs, line)
		}
	}
	if len(c.URLs) == 0 {
		p.add("alerter.urls_file", "%s holds no URL; put each on a line of its own", c.URLsFile)
	}
}
