package ingest

import (
	"context"
	"fmt"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

const (
	atLeastOnce = 1
	refusedSub  = 0x80 // in a broker's answer to a subscription
)

// dial connects, takes up the session, and subscribes.
func (s *Service) dial(ctx context.Context) (*link, error) {
	options, err := clientOptions(s.cfg.MQTT, s.timing)
	if err != nil {
		return nil, err
	}
	l := &link{service: s, lost: make(chan struct{}), full: make(chan struct{}), gone: make(chan struct{})}
	// What the session has kept arrives before the subscription is renewed.
	options.SetDefaultPublishHandler(l.take)
	options.SetConnectionLostHandler(func(_ mqtt.Client, err error) {
		l.cause = err
		close(l.lost)
	})
	l.client = mqtt.NewClient(options)
	if err := l.wait(ctx, l.client.Connect()); err != nil {
		l.abandon()
		return nil, fmt.Errorf("connect to the MQTT broker %s: %w; check mqtt.url and the credentials", brokerName(s.cfg.MQTT.URL), err)
	}
	token := l.client.SubscribeMultiple(filters(atLeastOnce), nil)
	err = l.wait(ctx, token)
	if err == nil {
		for filter, qos := range token.(*mqtt.SubscribeToken).Result() {
			if qos == refusedSub {
				err = fmt.Errorf("the broker refuses %s: allow it to %s", filter, s.cfg.MQTT.ClientID)
			}
		}
	}
	if err != nil {
		l.abandon()
		return nil, fmt.Errorf("subscribe at the MQTT broker %s: %w", brokerName(s.cfg.MQTT.URL), err)
	}
	return l, nil
}
