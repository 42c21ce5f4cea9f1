/**
 * The text between the tags of the script, by whose hash the browser lets it in. Each second it writes how far away the
 * times of the page are, and every five it fetches the page again and brings its regions up to date. It changes only the
 * elements that differ, so that what somebody has focused, unfolded or selected stays.
 */
export const SCRIPT = `
'use strict';{
const page=document,live=page.getElementById('live'),retry=page.getElementById('main').dataset.retry,SECOND=1e3,MINUTE=6e4,HOUR=36e5,DAY=864e5;
const nowOf=(from)=>{const now=Date.parse(from.getElementById('main').dataset.now);if(!(now>0))throw 0;return now};
if(retry)setTimeout(()=>location.replace(location.href.split('#')[0]),retry*SECOND);
let ahead=retry?0:nowOf(page)-Date.now(),good=Date.now(),busy=false;
const lengthOf=(ms,exact)=>{
const [size,unit,small,rest]=ms<MINUTE?[SECOND,'s']:ms<HOUR?[MINUTE,'m',exact&&SECOND,'s']:ms<DAY?[HOUR,'h',MINUTE,'m']:[DAY,'d',HOUR,'h'];
const count=Math.floor(ms/size),more=small?Math.floor((ms-count*size)/small):0;
return count+unit+(more?' '+more+rest:'')};
const textOf=(at,now,form)=>{
const ms=at-now,length=Math.abs(ms);
if(form==='for')return lengthOf(Math.max(-ms,0),true);
if(form==='left')return ms>0?lengthOf(ms,true):'no time';
return length<SECOND?'now':ms>0?'in '+lengthOf(length):lengthOf(length)+' ago'};
const tick=()=>{for(const time of page.querySelectorAll('time:not(.at)')){
const text=textOf(Date.parse(time.dateTime),Date.now()+ahead,time.dataset.as),node=time.firstChild;
if(node.data!==text)node.data=text}};
const fit=(old,fresh)=>{
if(old.nodeName!==fresh.nodeName||old.id!==fresh.id)return old.replaceWith(fresh);
if(old.nodeType!==1){if(old.data!==fresh.data)old.data=fresh.data;return}
if(old.isEqualNode(fresh))return;
for(const {name} of [...old.attributes])if(name!=='open'&&!fresh.hasAttribute(name))old.removeAttribute(name);
for(const {name,value} of fresh.attributes)if(old.getAttribute(name)!==value)old.setAttribute(name,value);
const kept=new Set([...fresh.children].map((each)=>each.id));
for(const each of [...old.children])if(each.id&&!kept.has(each.id))each.remove();
let next=old.firstChild;
for(const each of [...fresh.childNodes]){
const known=each.id&&[...old.children].find((one)=>one.id===each.id);
if(known&&known!==next)old.insertBefore(known,next);
else if(!known&&(!next||each.id||next.id)){old.insertBefore(each,next);continue}
const at=known||next;next=at.nextSibling;fit(at,each)}
while(next){const after=next.nextSibling;next.remove();next=after}};
const say=(text,state)=>{if(live.textContent!==text){live.textContent=text;live.className=state}};
const refresh=async()=>{
if(page.hidden||busy)return;busy=true;
try{
const answer=await fetch(location.href,{signal:AbortSignal.timeout(9000)});
if(!answer.ok||answer.redirected)throw 0;
const held=page.activeElement,fresh=new DOMParser().parseFromString(await answer.text(),'text/html'),now=nowOf(fresh);
good=Date.now();ahead=now-good;page.title=fresh.title;
for(const each of page.querySelectorAll('[data-region]'))fit(each,fresh.getElementById(each.id));
tick();if(held.isConnected&&held!==page.activeElement)held.focus({preventScroll:true});
say('Live','on')
}catch{say('Not updated since '+new Date(good).toLocaleTimeString(),'off')}
busy=false};
setInterval(tick,SECOND);
if(live){say('Live','on');setInterval(refresh,5*SECOND);page.addEventListener('visibilitychange',()=>{tick();refresh()})}
}
`.replace(/\n/g, '');
