// A first adapter: a machine's disks are copied at once, changes when asked to, a copy is kept every five minutes.
// Replace what happens in `call` by calls to your product, and declare more capabilities as you go.
// One JSON object per line comes in on stdin, one goes out on stdout: siteproof adapter guide.
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

const blockBytes = 4096
const description = `{"name": "my product", "version": "0.1", "ours": true, "data": "inline", "capabilities": {"delta":
	"product", "initial_replication": "product", "crash_points": "product", "older_points": "product", "virtual_clock":
	"product"}}`

type object = map[string]any
type failure map[string]string
type fields map[string]json.RawMessage
type disks map[string][]byte
type machine struct {
	disks                            disks
	list                             []object // the points, as they are shown
	points                           map[string]disks
	protected                        bool
	made, next, interval, replicated int64
}

var machines = map[string]*machine{}
var now int64 // milliseconds

func (m *machine) replicate() disks {
	copied := disks{}
	for name, disk := range m.disks {
		copied[name] = append([]byte{}, disk...)
	}
	m.replicated = now
	return copied
}

func (m *machine) keepPoint() {
	m.made, m.next = m.made+1, now+m.interval
	name := fmt.Sprint("point-", m.made)
	m.points[name] = m.replicate()
	m.list = append(m.list, object{"name": name, "consistency": "crash", "taken_at_ms": now, "sequence": m.made})
}

func (m *machine) state() (protection, allowed string, rpo any) {
	if !m.protected {
		return "unprotected", "enable", nil
	}
	return "protected", "disable", now - m.replicated
}

func image(disk string, data []byte) object {
	return object{"disk": disk, "kind": "inline", "data": data}
}

func get[kind any](from fields, name string) (value kind) {
	_ = json.Unmarshal(from[name], &value) // what is not sent keeps its zero
	return value
}

func reset(scenario fields) {
	machines, now = map[string]*machine{}, get[int64](scenario, "start_ms")
	minutes := get[int64](get[fields](scenario, "policy"), "crash_consistent_minutes")
	for _, spec := range get[[]fields](scenario, "machines") {
		made := &machine{disks: disks{}, interval: minutes * 60000}
		for _, disk := range get[[]fields](spec, "disks") {
			content, _ := os.ReadFile(get[string](disk, "image")) // no image: zeros
			zeros := make([]byte, get[int64](disk, "blocks")*blockBytes-int64(len(content)))
			made.disks[get[string](disk, "name")] = append(content, zeros...)
		}
		machines[get[string](spec, "name")] = made
	}
}

func call(op string, args fields) any {
	address, command := get[map[string]string](args, "address"), get[fields](args, "command")
	name := get[string](args, "machine") + address["machine"] + get[string](command, "machine") // a call has one of them
	m, disk := machines[name], address["disk"]
	if address["place"] == "recovery" || address["place"] == "test" {
		return failure{"kind": "unsupported", "message": "there is no machine at " + address["place"]}
	}
	switch op {
	case "describe":
		return json.RawMessage(description)
	case "reset":
		reset(get[fields](args, "scenario"))
	case "write":
		for _, each := range get[[]fields](args, "writes") { // the judge sends the bytes: "data": "inline" above
			copy(m.disks[disk][get[int64](each, "block")*blockBytes:], get[[]byte](each, "data"))
		}
	case "read":
		return image(disk, m.disks[disk])
	case "do":
		if _, allowed, _ := m.state(); get[string](command, "verb") != allowed {
			return object{"refused": object{"code": "OperationNotAllowed"}}
		}
		m.protected, m.list, m.points = !m.protected, nil, map[string]disks{}
		if m.protected {
			m.keepPoint()
		}
		return object{"accepted": object{"job": "job"}}
	case "observe":
		protection, allowed, rpo := m.state()
		seen := object{"machine": name, "time_ms": now, "allowed": []string{allowed}, "rpo_ms": rpo}
		seen["regions"], seen["points"] = object{"protection": protection}, append([]object{}, m.list...)
		return seen
	case "restore":
		found, images := m.points[get[string](args, "point")], []object{}
		for disk, data := range found {
			images = append(images, image(disk, data))
		}
		if found != nil {
			return images
		}
		return failure{"kind": "refused", "code": "RecoveryPointUnavailable"}
	case "advance":
		end := now + get[int64](args, "milliseconds")
		for _, each := range machines {
			for now = each.next; each.protected && now <= end; now = each.next {
				each.keepPoint()
			}
		}
		now = end
	case "settle":
		for _, each := range machines {
			each.replicate()
		}
	case "flush", "close": // every write is durable here when it returns
	default:
		return failure{"kind": "unsupported", "message": op}
	}
	return nil
}

func main() {
	requests, replies := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for request := (fields{}); requests.Decode(&request) == nil; request = (fields{}) {
		op := get[string](request, "op")
		reply := object{"id": request["id"], "ok": call(op, get[fields](request, "args"))}
		if said, failed := reply["ok"].(failure); failed {
			reply = object{"id": request["id"], "error": said}
		}
		_ = replies.Encode(reply)
	}
}
