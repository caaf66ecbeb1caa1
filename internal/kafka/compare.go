package kafka

import (
	"context"
	"fmt"
	"sort"
	"strconv"

	kafkago "github.com/segmentio/kafka-go"
)

// compareLayout checks partitions and replicas. The number of partitions
// decides where a patient's records are, so a wrong one is a problem.
func (c *Client) compareLayout(topics []kafkago.Topic) (problems []string) {
	for _, t := range topics {
		if n := len(t.Partitions); n != c.cfg.Partitions {
			problems = append(problems, fmt.Sprintf(
				"%s has %d partitions and kafka.partitions is %d: set kafka.partitions to %d, or recreate the topics",
				t.Name, n, c.cfg.Partitions, n))
		}
		for _, p := range t.Partitions {
			if n := len(p.Replicas); n != c.cfg.Replication {
				c.log.Warn().Str("topic", t.Name).Int("partition", p.ID).Int("replicas", n).
					Int("kafka.replication", c.cfg.Replication).Msg("topic has another number of replicas than configured")
				break
			}
		}
	}
	return problems
}

// compareSettings checks the topics' configuration entries.
func (c *Client) compareSettings(ctx context.Context) (problems []string, err error) {
	wanted := make(map[string]map[string]string)
	req := &kafkago.DescribeConfigsRequest{}
	for _, t := range Topics() {
		wanted[t.Name] = t.settings(c.cfg)
		req.Resources = append(req.Resources, kafkago.DescribeConfigRequestResource{
			ResourceType: kafkago.ResourceTypeTopic, ResourceName: t.Name,
		})
	}
	res, err := c.api.DescribeConfigs(ctx, req)
	if err != nil {
		return nil, c.failed("read the topics' settings", err)
	}
	for _, r := range res.Resources {
		if r.Error != nil {
			return nil, c.failed("read the settings of topic "+r.ResourceName, r.Error)
		}
		for _, entry := range r.ConfigEntries {
			want, ok := wanted[r.ResourceName][entry.ConfigName]
			if !ok || want == entry.ConfigValue {
				continue
			}
			difference := fmt.Sprintf("%s has %s=%s, not %s: set it with kafka-configs",
				r.ResourceName, entry.ConfigName, entry.ConfigValue, want)
			if losesRecords(entry.ConfigName, entry.ConfigValue) {
				problems = append(problems, difference)
			} else {
				c.log.Warn().Msg(difference)
			}
		}
	}
	sort.Strings(problems)
	return problems, nil
}

// losesRecords tells settings with which Holter cannot keep what it promises
// from those that are the operator's choice.
func losesRecords(name, value string) bool {
	switch name {
	case "cleanup.policy":
		return true
	case "max.message.bytes":
		n, err := strconv.Atoi(value)
		return err != nil || n < maxMessageBytes
	default:
		return false
	}
}
