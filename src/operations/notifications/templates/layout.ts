/** Tables and inline styles, because that is what mail programs understand; the direction is said twice, since some keep only the body. Every {{…}} is escaped. */
export const HTML_LAYOUT = `<!doctype html>
<html lang="{{lang}}" dir="{{direction}}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{heading}}</title></head>
<body dir="{{direction}}" style="margin:0;padding:0;background:#f4f4f2;font-family:Helvetica,Arial,sans-serif;color:#1a1a1a">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#f4f4f2"><tr><td align="center" style="padding:24px 12px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px;background:#ffffff;border-radius:6px">
<tr><td style="padding:24px 28px 0;font-size:14px;color:#6b6b6b">{{shop}}</td></tr>
<tr><td style="padding:8px 28px 0"><h1 style="margin:0;font-size:22px;line-height:1.3">{{heading}}</h1></td></tr>
<tr><td style="padding:16px 28px 0;font-size:15px;line-height:1.5">
<p style="margin:0 0 12px">{{greeting}}</p>
{{#each body}}<p style="margin:0 0 12px;overflow-wrap:anywhere">{{this}}</p>
{{/each}}
{{#if button}}<p style="margin:20px 0"><a href="{{button.url}}" style="background:#1a1a1a;color:#ffffff;text-decoration:none;padding:11px 18px;border-radius:4px;display:inline-block">{{button.label}}</a></p>{{/if}}
</td></tr>
{{#if lines}}<tr><td style="padding:8px 28px 0"><table width="100%" cellpadding="0" cellspacing="0" style="font-size:14px;border-collapse:collapse">
<tr><th align="{{@root.start}}" style="padding:6px 4px;border-bottom:1px solid #1a1a1a">{{itemColumn}}</th><th align="{{@root.end}}" style="padding:6px 4px;border-bottom:1px solid #1a1a1a">{{amountColumn}}</th></tr>
{{#each lines}}<tr><td style="padding:8px 4px;border-bottom:1px solid #e2e2e0">{{quantity}} × {{name}}</td><td align="{{@root.end}}" style="padding:8px 4px;border-bottom:1px solid #e2e2e0;white-space:nowrap">{{amount}}</td></tr>
{{/each}}
{{#each sums}}<tr><td align="{{@root.end}}" style="padding:5px 4px 0">{{#if strong}}<strong>{{label}}</strong>{{else}}{{label}}{{/if}}</td><td align="{{@root.end}}" style="padding:5px 4px 0;white-space:nowrap">{{#if strong}}<strong>{{amount}}</strong>{{else}}{{amount}}{{/if}}</td></tr>
{{/each}}</table></td></tr>{{/if}}
<tr><td style="padding:20px 28px 28px;font-size:15px;line-height:1.5">{{closing}}<br>{{shop}}</td></tr>
</table></td></tr></table>
</body>
</html>
`;

/** The same for programs and people that read plain text; nothing in it is markup, so nothing is escaped. */
export const TEXT_LAYOUT = `{{greeting}}

{{#each body}}{{this}}

{{/each}}{{#if button}}{{button.label}}: {{button.url}}

{{/if}}{{#if lines}}{{#each lines}}{{quantity}} x {{name}}: {{amount}}
{{/each}}
{{#each sums}}{{label}}: {{amount}}
{{/each}}
{{/if}}{{closing}}
{{shop}}
`;
