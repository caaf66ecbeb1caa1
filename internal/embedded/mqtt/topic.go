package mqtt

import "strings"

// matches reports whether a topic falls under a subscription filter with the
// wildcards + and #.
func matches(filter, topic string) bool {
	for {
		head, filterRest, filterMore := strings.Cut(filter, "/")
		if head == "#" {
			return !strings.HasPrefix(topic, "$")
		}
		level, topicRest, topicMore := strings.Cut(topic, "/")
		if head != "+" && head != level {
			return false
		}
		switch {
		case !filterMore && !topicMore:
			return true
		case filterMore && !topicMore:
			return filterRest == "#" // a/# covers a itself
		case !filterMore:
			return false
		}
		filter, topic = filterRest, topicRest
	}
}
