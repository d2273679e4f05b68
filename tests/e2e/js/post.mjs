// post.mjs PORT USER TOKEN FROM TO SUBJECT: one post with an attachment, STARTTLS and AUTH
import nodemailer from 'nodemailer'

const [port, user, pass, from, to, subject] = process.argv.slice(2)
const transport = nodemailer.createTransport({
	host: '127.0.0.1', port: Number(port), requireTLS: true, tls: { rejectUnauthorized: false }, auth: { user, pass },
})
const sent = await transport.sendMail({
	from, to, subject, text: 'Grüße from nodemailer\n.\nand a line of one dot\n', html: '<p>Grüße</p>',
	attachments: [{ filename: 'table.csv', content: 'x,y\n1,2\n' }],
})
console.log(sent.messageId)
