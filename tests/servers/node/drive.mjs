// google-drive-mock on the port of the first argument.
import drive from 'google-drive-mock';

const port = Number(process.argv[2]);
drive.createApp({ apiEndpoint: `http://127.0.0.1:${port}` }).listen(port, '127.0.0.1');
