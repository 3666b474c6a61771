import { openChromium, received, seesAndHears } from './browsers.js';
import { enter } from './people.js';
import { makeHost } from './network.js';
import { startServer } from './server.js';
const server = await startServer();
const hosts=[makeHost(),makeHost()]; hosts.forEach(h=>h.blockUdp());
const args=['--ignore-certificate-errors'];
const [a,b]=await Promise.all(hosts.map(h=>openChromium({namespace:h.name,args})));
try {
 await enter(a.page, `https://${hosts[0].gateway}:${server.port}`,'yard','Mina'); await a.page.waitForSelector('[data-room-state=connected]',{timeout:15000});
 await enter(b.page, `https://${hosts[1].gateway}:${server.port}`,'yard','June');
 await new Promise(r=>setTimeout(r,9000));
 for (const x of [a,b]) console.log(await x.page.evaluate(async()=>{const out=[];for(const c of peerConnections){out.push(c.connectionState+' '+c.iceGatheringState+' '+JSON.stringify(c.getConfiguration().iceServers));(await c.getStats()).forEach(v=>{if(/candidate/.test(v.type))out.push(JSON.stringify([v.type,v.id.slice(0,8),v.candidateType,v.protocol,v.relayProtocol,v.address,v.port,v.url,v.state,v.requestsSent,v.responsesReceived,v.requestsReceived,(v.localCandidateId||'').slice(0,9),(v.remoteCandidateId||'').slice(0,9)]))})}return out.join('\n')}));
} catch(e){console.log(e)}
await a.page.screenshot({path:'/tmp/a.png'});
console.log(a.problems,b.problems, server.output().slice(-600));
await a.close(); await b.close(); await server.stop();hosts.forEach(h=>h.remove());
