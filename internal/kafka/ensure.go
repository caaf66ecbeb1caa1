package kafka

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
	kafkago "github.com/segmentio/kafka-go"
)

// EnsureTopics creates the topics that are missing, waits until every
// partition has a leader, and compares those that were there with the
// configuration. A difference that would lose or misplace records is an error;
// any other is logged as a warning. It tries again until ctx is done when the
// cluster does not answer.
func (c *Client) EnsureTopics(ctx context.Context) error {
	if err := c.createMissing(ctx); err != nil {
		return err
	}
	metadata, err := c.awaitLeaders(ctx)
	if err != nil {
		return err
	}
	problems := c.compareLayout(metadata)
	more, err := c.compareSettings(ctx)
	if err != nil {
		return err
	}
	if problems = append(problems, more...); len(problems) > 0 {
		return fmt.Errorf("topics do not fit the configuration:\n%s", strings.Join(problems, "\n"))
	}
	return nil
}

func (c *Client) createMissing(ctx context.Context) error {
	req := &kafkago.CreateTopicsRequest{}
	for _, t := range Topics() {
		req.Topics = append(req.Topics, t.creation(c.cfg))
	}
	create := func() (*kafkago.CreateTopicsResponse, error) {
		return c.api.CreateTopics(ctx, req)
	}
	res, err := backoff.Retry(ctx, create, c.retrying("create topics"), backoff.WithMaxElapsedTime(0))
	if err != nil {
		return c.failed("create topics", err)
	}
	var failures []error
	for name, err := range res.Errors {
		switch {
		case err == nil:
			c.log.Info().Str("topic", name).Int("partitions", c.cfg.Partitions).
				Int("replication", c.cfg.Replication).Msg("topic created")
		case !errors.Is(err, kafkago.TopicAlreadyExists):
			failures = append(failures, fmt.Errorf("create topic %s with %d partitions on %d brokers: %w",
				name, c.cfg.Partitions, c.cfg.Replication, err))
		}
	}
	return errors.Join(failures...)
}

// awaitLeaders returns the topics once all partitions can be written to.
func (c *Client) awaitLeaders(ctx context.Context) ([]kafkago.Topic, error) {
	names := make([]string, 0, len(Topics()))
	for _, t := range Topics() {
		names = append(names, t.Name)
	}
	ask := func() ([]kafkago.Topic, error) {
		res, err := c.api.Metadata(ctx, &kafkago.MetadataRequest{Topics: names})
		if err != nil {
			return nil, err
		}
		for _, t := range res.Topics {
			if t.Error != nil {
				return nil, fmt.Errorf("topic %s: %w", t.Name, t.Error)
			}
			for _, p := range t.Partitions {
				if p.Error != nil || p.Leader.Host == "" {
					return nil, fmt.Errorf("partition %d of topic %s has no leader: %w", p.ID, t.Name, p.Error)
				}
			}
		}
		return res.Topics, nil
	}
	topics, err := backoff.Retry(ctx, ask, c.retrying("wait for the topics' leaders"), backoff.WithMaxElapsedTime(0))
	if err != nil {
		return nil, c.failed("wait for the topics' leaders", err)
	}
	return topics, nil
}

// retrying logs each failed try, so that a wait can be understood.
func (c *Client) retrying(attempt string) backoff.RetryOption {
	return backoff.WithNotify(func(err error, wait time.Duration) {
		c.log.Warn().Err(err).Strs("brokers", c.cfg.Brokers).Dur("again_in", wait).Msg("cannot " + attempt + " yet")
	})
}
