/** The text between the tags of the style sheet, by whose hash the browser lets it in. */
export const STYLE = `
:root{color-scheme:light dark;
--bg:#f5f6f8;--card:#fff;--fg:#191c22;--dim:#5a6272;--line:#e1e4ea;--soft:#eff1f4;--link:#2453c4;
--good:#167048;--warn:#855300;--bad:#bb2127;--busy:#1b5fc0;--gone:#5a6272;
--bar:#64b18d;--bar2:#dda43c;--bar3:#dc4f50;--shade:0 1px 2px #10182814}
@media(prefers-color-scheme:dark){:root{
--bg:#0e1116;--card:#161a21;--fg:#e5e8ee;--dim:#98a1b1;--line:#282e39;--soft:#1d222b;--link:#8db4ff;
--good:#63cb9b;--warn:#e6b455;--bad:#ff8583;--busy:#85b5ff;--gone:#98a1b1;
--bar:#3f9570;--bar2:#c8953a;--bar3:#e5605f;--shade:none}}
*,::before,::after{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);font:15px/1.5 -apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
main{max-width:1280px;margin:0 auto;padding:20px 24px 64px}
main:has(.ask){max-width:728px}
main:focus{outline:0}
:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:4px}
a{color:var(--link);text-decoration:none;text-underline-offset:3px}
a:hover{text-decoration:underline}
h1,h2,p,ul,ol,dl,dd,pre{margin:0;padding:0}
ul,ol{list-style:none}
h1{font-size:24px;line-height:1.25;letter-spacing:-.015em;font-weight:650}
h2{font-size:15px;font-weight:650;margin-bottom:12px}
small{font-size:13px;color:var(--dim)}
i{font-style:normal;color:var(--dim)}
code,pre{font:.87em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
.vh{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:-999px;top:8px;padding:8px 14px;background:var(--card);border-radius:6px;z-index:1}
.skip:focus{left:8px}
.bad{color:var(--bad)}.stopped{color:var(--warn)}.dim,.sub{color:var(--dim)}
.sub{font-size:13px}
.bar{display:flex;align-items:center;gap:16px;padding:0 24px;height:52px;background:var(--card);border-bottom:1px solid var(--line)}
.brand{display:flex;align-items:center;gap:10px;font-weight:650;color:var(--fg)}
.logo{width:24px;height:24px;fill:var(--fg)}
.logo .lock{fill:none;stroke:var(--fg);stroke-width:2}
.user{display:flex;align-items:center;gap:6px;font-size:13px;color:var(--dim);margin-left:auto}
.icon{width:14px;fill:var(--dim)}
#live{font-size:13px;color:var(--dim)}
#live.on::before,#live.off::before{content:"";display:inline-block;width:8px;height:8px;border-radius:9px;margin-right:7px;background:var(--good)}
#live.off{color:var(--bad)}
#live.off::before{background:var(--bad);border-radius:0}
.top{display:flex;justify-content:space-between;align-items:flex-start;gap:12px 24px;flex-wrap:wrap;margin-bottom:18px}
.lead{margin-top:3px;color:var(--dim);min-height:24px}
.crumb{font-size:13px;margin-bottom:8px;display:flex;flex-wrap:wrap}
.crumb a+a::before{content:"/" / "";color:var(--dim);padding:0 8px;display:inline-block}
.btn{display:inline-flex;align-items:center;min-height:36px;padding:0 14px;border:1px solid var(--line);border-radius:8px;background:var(--card);color:var(--fg);font:inherit;font-size:14px;font-weight:550;cursor:pointer;box-shadow:var(--shade)}
.btn:hover{background:var(--soft);text-decoration:none}
.btn[aria-disabled]{color:var(--dim);opacity:.6;cursor:default;box-shadow:none}
.risky{color:var(--bad)}
.main,.danger{background:#2453c4;border-color:#2453c4;color:#fff}
.main:hover{background:#1d46a8}
.danger{background:#b3262b;border-color:#b3262b}
.danger:hover{background:#971d22}
.quiet{padding:8px 6px;font-size:14px}
.actions,.buttons{display:flex;flex-wrap:wrap;gap:8px}
#all{display:flex;flex-wrap:wrap;gap:8px 12px;align-items:center;justify-content:flex-end}
.note{padding:9px 14px;border-radius:8px;border:1px solid;background:var(--card);font-size:14px}
.note>p{color:var(--fg)}
.warn{color:var(--warn)}.good{color:var(--good)}.busy{color:var(--busy)}
.filters{display:flex;flex-wrap:wrap;gap:6px;margin-bottom:14px}
.filters a{display:flex;align-items:center;gap:8px;padding:4px 12px;min-height:32px;border:1px solid var(--line);border-radius:99px;background:var(--card);font-size:13px;color:var(--fg)}
.filters a:hover{background:var(--soft);text-decoration:none}
.filters b{font-weight:500;color:var(--dim);min-width:2ch}
.filters [aria-current]{border-color:var(--fg);box-shadow:inset 0 0 0 1px var(--fg)}
.filters .s{background:none;padding:0}
.s{display:inline-flex;align-items:center;gap:6px;font-size:13px;font-weight:600;line-height:20px;border-radius:5px;padding:1px 8px 1px 7px;vertical-align:top;margin-top:.5px;color:var(--gone);background:color-mix(in srgb,currentColor 9%,transparent)}
.s::before{content:"";width:9px;height:9px;flex:none;border-radius:9px;border:2px solid}
.running{color:var(--busy)}.paused{color:var(--warn)}.overdue,.died{color:var(--bad)}
.s.running::before,.s.overdue::before,.s.died::before{background:currentColor;border:0;border-radius:0;clip-path:polygon(10% 0,100% 50%,10% 100%)}
.s.paused::before{border-width:0 3px;border-radius:0}
.s.overdue::before{clip-path:polygon(50% 0,100% 100%,0 100%)}
.s.died::before{clip-path:polygon(20% 0,50% 30%,80% 0,100% 20%,70% 50%,100% 80%,80% 100%,50% 70%,20% 100%,0 80%,30% 50%,0 20%)}
.s.undeclared::before{border-width:1px 0;border-radius:0;height:2px}
.o{font-weight:550;white-space:nowrap}
.o::before{content:"";display:inline-block;width:8px;height:8px;margin-right:6px;border-radius:8px;background:var(--bar)}
.o.stopped::before{background:var(--bar2);border-radius:0;height:4px;margin-bottom:2px}
.o.bad::before{background:var(--bar3);border-radius:0;transform:rotate(45deg) scale(.9)}
table{border-collapse:collapse;width:100%}
th{font-weight:550;text-align:left}
thead th{font-size:13px;color:var(--dim);white-space:nowrap}
th,td{padding:9px 12px;vertical-align:top}
.n{text-align:right;white-space:nowrap}
.tasks{table-layout:fixed}
.tasks th:nth-child(2){width:17%}.tasks th:nth-child(3){width:16%}.tasks th:nth-child(4){width:206px}.tasks th:nth-child(5){width:20%}.tasks th:nth-child(6){width:108px}
.tasks tbody tr{border-top:1px solid var(--line)}
.tasks tbody tr:hover{background:color-mix(in srgb,var(--soft) 45%,transparent)}
.tasks tbody th{font-weight:600}
.tasks th,.tasks td{padding:10px 13px}
.tasks small{font-weight:400;line-height:1.45;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
small.bad{color:var(--bad)}
.tasks td:last-child,.tasks .sub{white-space:nowrap}
.strip{display:block;width:180px;height:30px;margin-top:2px;background:linear-gradient(var(--line),var(--line)) 0 21px/100% 1px no-repeat;mask:linear-gradient(90deg,#000 66%,#0000 0) 0/3px}
.strip path{transform:scale(3)}
path.ok{fill:var(--bar)}path.stopped{fill:var(--bar2)}path.bad{fill:var(--bar3)}
.pager{display:flex;align-items:center;justify-content:center;gap:16px;margin-top:20px;font-size:14px;color:var(--dim)}
.tasks,.card,.why{background:var(--card);border-radius:12px;box-shadow:0 0 0 1px var(--line),var(--shade)}
.card,.why{padding:18px 20px;min-width:0}
.empty{text-align:center;padding:56px 20px;color:var(--dim)}
.empty h2{color:var(--fg);font-size:17px}
#trigger>*{margin-bottom:14px}
.why{border-left:4px solid;min-height:138px;margin-bottom:16px}
.why.idle,.why.undeclared{border-color:var(--line)}
.why>*{color:var(--dim);font-size:14px;margin-top:6px;max-width:115ch}
.why .first{max-width:none;font-size:17px;line-height:1.45;color:var(--fg);margin-top:0}
.why time{white-space:nowrap}
.why li{list-style:disc;margin:4px 0 0 20px}
summary{cursor:pointer;width:fit-content}
.columns{display:grid;grid-template-columns:minmax(0,1fr) 312px;gap:16px}
.columns>*{display:grid;gap:16px;align-content:start;min-width:0}
.ledger{display:flex;flex-wrap:wrap;gap:3px}
.f{display:inline-block;flex:none;width:14px;height:14px;border-radius:3px;border:2px solid var(--dim)}
.f.ok{background:var(--bar);border-color:var(--bar)}
.f.bad{border-color:var(--bar3);background:linear-gradient(var(--bar3) 0 0) 0 100%/100% 50% no-repeat}
.f.stopped{border-color:var(--bar2);background:linear-gradient(var(--bar2) 0 0) 0 100%/100% 50% no-repeat}
.f.running{border-color:var(--busy);border-radius:9px;background:var(--busy)}
.f.missed{border-color:var(--bar3);background:linear-gradient(45deg,#0000 42%,var(--bar3) 42% 58%,#0000 58%),linear-gradient(-45deg,#0000 42%,var(--bar3) 42% 58%,#0000 58%)}
.f.paused{border-width:0 4px;border-color:var(--bar2);border-radius:0}
.f.overlapped{border-color:var(--bar2);background:linear-gradient(135deg,var(--bar2) 50%,#0000 50%)}
.f.unrecorded{border-color:var(--bar)}
.f.unknown{border-style:dotted}
.f.skipped{border:0;background:radial-gradient(circle,var(--dim) 2.5px,#0000 3px)}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;margin:12px 0 10px;font-size:13px;color:var(--dim)}
.legend li{display:flex;align-items:center;gap:6px}
.legend b{color:var(--fg);font-weight:600}
.legend .f{width:12px;height:12px}
td .f{margin-right:8px;vertical-align:-2px}
#ledger summary{font-size:13px;color:var(--link)}
.scroll{overflow:auto;max-height:520px;margin:0 -20px;padding:0 20px}
.scroll table{font-size:14px;min-width:640px}
.scroll td,.scroll th{padding:7px 14px 7px 0}
.scroll td:last-child,.scroll th:last-child{padding-right:0}
.scroll tbody tr{border-top:1px solid var(--line)}
.scroll td{white-space:nowrap}
#ticks .scroll{margin-top:10px}
.scroll thead th{position:sticky;top:0;background:var(--card);box-shadow:0 1px var(--line)}
.scroll .error{border:0}
.error td{padding-top:0;font-size:13px;color:var(--dim);white-space:normal}
pre{margin-top:6px;padding:10px 12px;background:var(--soft);border-radius:8px;white-space:pre-wrap;color:var(--fg);max-height:260px;overflow:auto}
.chart{display:grid;grid-template-columns:auto 1fr;gap:10px;height:130px}
.chart svg{width:100%;height:100%;display:block}
.axis{display:flex;flex-direction:column;justify-content:space-between;font-size:12px;line-height:1;color:var(--dim);text-align:right;padding-bottom:12px;min-width:44px}
.grid{stroke:var(--line);vector-effect:non-scaling-stroke}
.chart path:hover{fill:var(--fg)}
#bars .sub{margin-top:10px}
dl>div,.next li{display:flex;justify-content:space-between;gap:16px}
dl>div,aside li{padding:6px 0;border-top:1px solid var(--line);font-size:14px}
dl>:first-child,aside li:first-child{border:0;padding-top:0}
dt{color:var(--dim);flex:none}
dd{text-align:right}
.next time{color:var(--dim)}
.next+.sub{margin-top:6px}
.tasks small,dd small,.acts small,q{display:block;font-size:13px}
.ask{max-width:680px;padding:26px 28px 28px}
.ask h1{margin-bottom:14px;font-size:22px}
.ask>p{margin-top:8px}
.says li{position:relative;padding-left:20px;margin-top:8px}
.says li::before{content:"";position:absolute;left:2px;top:9px;width:6px;height:6px;border-radius:6px;background:var(--dim)}
.ask .note{margin-top:18px}
.ask .buttons{margin-top:22px;align-items:center}
fieldset{border:0;padding:0;margin:22px 0 0}
legend,.field{font-weight:600;padding:0;margin-bottom:6px;display:block}
fieldset label{display:flex;align-items:center;gap:8px;padding:4px 0;width:fit-content}
input[type=radio]{width:17px;height:17px;margin:0;accent-color:#2453c4}
.field{margin-top:20px}
.field small{font-weight:400}
.field input,input[type=datetime-local]{font:inherit;color:inherit;background:var(--bg);border:1px solid color-mix(in srgb,var(--dim) 70%,transparent);border-radius:8px;padding:8px 12px;min-height:40px}
.field input{display:block;width:100%;margin-top:6px;font-weight:400}
input[type=datetime-local]{margin:2px 6px 4px 25px}
.answer{border-left:4px solid var(--good)}
.answer.refused{border-color:var(--bad)}
@media(max-width:1080px){
.columns{grid-template-columns:minmax(0,1fr)}
.tasks,.tasks tbody{display:block}
.tasks{background:none;box-shadow:none}
.tasks thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.tasks tbody tr{display:grid;grid-template-columns:1fr auto;gap:2px 16px;background:var(--card);border:1px solid var(--line);border-radius:12px;padding:14px 16px;margin-bottom:10px}
.tasks tbody th,.tasks td{padding:0;min-width:0}
.tasks tbody th,.tasks td:nth-child(2){grid-column:1/-1}
.tasks td:nth-child(2) small{display:inline;margin-left:8px}
.tasks td:nth-child(3){grid-column:1/-1;color:var(--dim);font-size:14px;padding-bottom:6px}
.tasks td:nth-child(3) small{display:inline;margin-left:8px}
.tasks td:nth-child(4){grid-column:1/-1;padding-bottom:4px}
.tasks td:nth-child(6){text-align:right}
.tasks td:nth-child(5)::before,.tasks td:nth-child(6)::before{display:block;font-size:12px;color:var(--dim);content:"Last run"}
.tasks td:nth-child(6)::before{content:"Next due"}
}
@media(max-width:620px){
main{padding:16px 14px 48px}.bar{padding:0 14px}
.card,.why{padding:16px}.ask{padding:20px 18px}
.scroll{margin:0 -16px;padding:0 16px;max-height:none}
.strip{width:240px;mask-size:4px}
.strip path{transform:scale(4,3)}

}
`.replace(/\n/g, '');
