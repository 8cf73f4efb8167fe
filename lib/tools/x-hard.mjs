import { linearizable, Recorder, register, casRegister, set, log, fifoQueue } from "quorumlab/check";
let s=12345; const rnd=()=>{s=(s*1103515245+12345)&0x7fffffff;return s/0x7fffffff};
function sim(n, clients, crash, obj, gen){ // events with overlapped ops
  const r=new Recorder(); let t=0; const open=[]; let names=0; const free=Array.from({length:clients},()=>"c"+names++); let made=0;
  while(made<n||open.length){ t++; if(made<n&&free.length&&(open.length===0||rnd()<.6)){const c=free.splice(Math.floor(rnd()*free.length),1)[0]; const input=gen(made); made++; open.push({c,input,call:r.invoke(c,input,t),done:false});}
   else { const o=open[Math.floor(rnd()*open.length)]; if(!o.done){o.out=obj(o.input);o.done=true;continue;} open.splice(open.indexOf(o),1); if(rnd()<crash){o.call.info();free.push("c"+names++)} else {o.call.ok(o.out,t);free.push(o.c)} } }
  return r.history(); }
function report(name,h,m){ const t=performance.now(); const v=linearizable(h,m,{timeMs:60000}); console.log(name,h.length,v.verdict,v.reason??"",v.configurations,(performance.now()-t).toFixed(0)+"ms", (process.memoryUsage.rss()/2**20).toFixed(0)+"MB"); }
const which=process.argv[2];
if(which==="reg"){ let v=0; for(const c of [0.01,.05,.1]) {v=null;report("register crash "+c,sim(5000,5,c,(i)=>i.kind==="read"?v:(v=i.value,undefined),(k)=>rnd()<.5?{kind:"read"}:{kind:"write",value:k+1}),register(null));}}
if(which==="queue"){ for(const n of [100,200,500,2000]){let q=[];report("queue",sim(n,5,0,(i)=>i.kind==="enqueue"?(q.push(i.value),undefined):q.shift()??null,(k)=>rnd()<.5?{kind:"enqueue",value:k}:{kind:"dequeue"}),fifoQueue())}}
if(which==="set"){ let q=new Set();report("set",sim(10000,5,0,(i)=>i.kind==="read"?[...q]:(q.add(i.element),undefined),(k)=>k===9999?{kind:"read"}:{kind:"add",element:k}),set()); q=new Set();report("set crash",sim(10000,5,0.01,(i)=>i.kind==="read"?[...q]:(q.add(i.element),undefined),(k)=>k>9990?{kind:"read"}:{kind:"add",element:k}),set())}
if(which==="log"){ for(const cr of [0,.02]){let q=[];report("log "+cr,sim(20000,5,cr,(i)=>i.kind==="read"?q.slice(i.from,i.from+i.limit):q.push(i.entry)-1,(k)=>rnd()<.3?{kind:"read",from:Math.floor(q.length*rnd()),limit:10}:{kind:"append",entry:k}),log())}}
if(which==="once"){ for(const n of [16000,30000]){const r=new Recorder();const calls=[];for(let i=0;i<n;i++)calls.push(r.invoke("c"+i,{kind:"write",value:i},i));calls.forEach((c,i)=>c.ok(undefined,n+i)); report("at once",r.history(),register(null));} const n=16000, r=new Recorder();let calls=[];for(let i=0;i<n;i++)calls.push(r.invoke("c"+i,{kind:"write",value:i},i)); for(let i=0;i<2*n;i++){calls[i].ok(undefined,n+i); if(i<n)calls.push(r.invoke("c"+i,{kind:"write",value:i},n+i))} report("crowd",r.history(),register(null)); }
