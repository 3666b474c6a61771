// A forwarder by WHIP and WHEP on Pion, as small as one can be: what a publisher sends is written to
// each viewer's track. One UDP port, no interceptors, AES-GCM first: Pion's cheapest path.
package main

import (
	"flag"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/pion/dtls/v2"
	"github.com/pion/ice/v2"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v3"
)

type room struct {
	publisher *webrtc.PeerConnection
	ssrcs     []webrtc.SSRC
	tracks    []*webrtc.TrackLocalStaticRTP
}

var (
	lock     sync.Mutex
	rooms    = map[string]*room{}
	sessions = map[string]*webrtc.PeerConnection{}
	api      *webrtc.API
)

func main() {
	address := flag.String("listen", "127.0.0.1:7811", "for HTTP and UDP")
	flag.Parse()
	udp, err := net.ResolveUDPAddr("udp4", *address)
	check(err)
	socket, err := net.ListenUDP("udp4", udp)
	check(err)
	check(socket.SetReadBuffer(1 << 20))
	check(socket.SetWriteBuffer(1 << 20))
	media := &webrtc.MediaEngine{}
	check(media.RegisterDefaultCodecs())
	settings := webrtc.SettingEngine{}
	settings.SetICEUDPMux(webrtc.NewICEUDPMux(nil, socket))
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetIPFilter(func(ip net.IP) bool { return ip.Equal(udp.IP) })
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	settings.SetSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80)
	api = webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithSettingEngine(settings))
	http.HandleFunc("/whip/", func(w http.ResponseWriter, r *http.Request) { serve(w, r, "/whip/", publish) })
	http.HandleFunc("/whep/", func(w http.ResponseWriter, r *http.Request) { serve(w, r, "/whep/", watch) })
	log.Println("up", *address)
	log.Fatal(http.ListenAndServe(*address, nil))
}

func serve(w http.ResponseWriter, r *http.Request, prefix string, begin func(string, *webrtc.PeerConnection) error) {
	path := strings.Split(strings.TrimPrefix(r.URL.Path, prefix), "/")
	if r.Method == http.MethodDelete && len(path) == 2 {
		lock.Lock()
		connection := sessions[path[1]]
		delete(sessions, path[1])
		lock.Unlock()
		if connection != nil {
			_ = connection.Close()
		}
		return
	}
	offer, err := io.ReadAll(r.Body)
	check(err)
	connection, err := api.NewPeerConnection(webrtc.Configuration{})
	check(err)
	if err = connection.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: string(offer)}); err == nil {
		err = begin(path[0], connection)
	}
	if err != nil {
		_ = connection.Close()
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	answer, err := connection.CreateAnswer(nil)
	check(err)
	gathered := webrtc.GatheringCompletePromise(connection)
	check(connection.SetLocalDescription(answer))
	<-gathered
	lock.Lock()
	id := strconv.Itoa(len(sessions)) + "-" + connection.LocalDescription().SDP[9:20]
	id = strings.ReplaceAll(id, " ", "")
	sessions[id] = connection
	lock.Unlock()
	w.Header().Set("content-type", "application/sdp")
	w.Header().Set("location", prefix+path[0]+"/"+id)
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, connection.LocalDescription().SDP)
}

func publish(name string, connection *webrtc.PeerConnection) error {
	this := &room{publisher: connection}
	lock.Lock()
	rooms[name] = this
	lock.Unlock()
	connection.OnTrack(func(remote *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		local, err := webrtc.NewTrackLocalStaticRTP(remote.Codec().RTPCodecCapability, remote.ID(), "stream")
		check(err)
		lock.Lock()
		this.tracks = append(this.tracks, local)
		this.ssrcs = append(this.ssrcs, remote.SSRC())
		lock.Unlock()
		buffer := make([]byte, 1500)
		for {
			n, _, err := remote.Read(buffer)
			if err != nil {
				return
			}
			_, _ = local.Write(buffer[:n])
		}
	})
	return nil
}

func watch(name string, connection *webrtc.PeerConnection) error {
	lock.Lock()
	defer lock.Unlock()
	this := rooms[name]
	if this == nil || len(this.tracks) < 2 {
		return io.EOF
	}
	for _, track := range this.tracks {
		sender, err := connection.AddTrack(track)
		if err != nil {
			return err
		}
		go func() {
			buffer := make([]byte, 1500)
			for {
				if _, _, err := sender.Read(buffer); err != nil {
					return
				}
			}
		}()
	}
	connection.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		if state == webrtc.PeerConnectionStateConnected {
			lock.Lock()
			defer lock.Unlock()
			for _, ssrc := range this.ssrcs {
				_ = this.publisher.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: uint32(ssrc)}})
			}
		}
	})
	return nil
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
